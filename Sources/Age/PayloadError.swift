// SPDX-License-Identifier: Apache-2.0

/// Which rule a payload breaks: the "payload failure" of c2sp.org/age.
public enum PayloadError: Error, Hashable, Sendable {
    /// A chunk was changed, or stands in another place than it was sealed for.
    case forgedChunk(index: UInt64)
    /// The file ends before the chunk that was sealed as the last one.
    case truncated
    /// The last chunk of a payload with more than one is empty.
    case emptyLastChunk
    /// Bytes follow the last chunk.
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
