// SPDX-License-Identifier: Apache-2.0

/// Which rule a payload breaks: the "payload failure" of c2sp.org/age.
public enum PayloadError: Error, Hashable, Sendable {
    /// A chunk was changed or cut short, stands in another place than it was sealed for, or is a
    /// short last one with bytes right after it: nobody can tell these apart.
    case forgedChunk(index: UInt64)
    /// The file ends after a chunk that is not the last one, or within the first bytes of a chunk.
    ///
    /// For ``PayloadReader``, which goes by the size: it is one that no payload has.
    case truncated
    /// The last chunk of a payload with more than one is empty; to ``PayloadReader`` it is truncated.
    case emptyLastChunk
    /// Bytes follow a last chunk that is full.
    case trailingData
}

extension PayloadError: CustomStringConvertible {
    /// What a person reads, in lower case without a full stop.
    public var description: String {
        switch self {
        case .forgedChunk(let index): "chunk \(index) is not authentic"
        case .truncated: "the file ends before its last chunk"
        case .emptyLastChunk: "the last chunk is empty"
        case .trailingData: "data follows the last chunk"
        }
    }
}
