// SPDX-License-Identifier: Apache-2.0

public import Age

/// Why an object does not open.
public enum OpenError: Error, Equatable, Sendable {
    /// The envelope is not the one that the record names.
    case envelope
    /// The envelope does not open with these identities.
    case header(DecryptionError)
    /// The envelope opens, to a file key that is not the one committed to: another payload's, or one
    /// made so that a payload shows two texts.
    case keyCommitment
    /// A segment is not the one that the record names; counted from 0.
    case segment(Int)
    /// The payload ends before this segment.
    case missingSegment(Int)
    /// There are more segments than the record names.
    case extraSegment
    /// A chunk was not sealed with this key for this place; counted from 0.
    case chunk(UInt64)
    /// The payload does not have the padded size of the content.
    case size
    /// Something else than zeros follows the content.
    case padding
    /// The plaintext is not the one that the manifest names.
    case sha256
}

extension OpenError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .envelope: "the envelope is not the one that the record names"
        case .header(.noMatch): "none of the given keys opens the envelope"
        case .header: "the envelope is damaged"
        case .keyCommitment: "the envelope's file key is not the one that the record commits to"
        case .segment(let index): "segment \(index) is not the one that the record names"
        case .missingSegment(let index): "the payload ends before segment \(index)"
        case .extraSegment: "the payload has more segments than the record names"
        case .chunk(let index): "chunk \(index) of the payload is forged or damaged"
        case .size: "the payload does not have the padded size of its content"
        case .padding: "something else than zeros follows the content"
        case .sha256: "the plaintext's SHA-256 is not the one in the manifest"
        }
    }
}
