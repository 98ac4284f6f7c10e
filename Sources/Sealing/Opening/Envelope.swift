// SPDX-License-Identifier: Apache-2.0

public import Age
import Bulk
public import Vault

/// The age header of an object, which is stored apart from its payload.
public enum Envelope {
    /// A header for another recipient over the same payload, which stays as it is.
    ///
    /// - Parameters:
    ///   - envelope: the header that is stored now.
    ///   - description: the object's entry in the record.
    ///   - identities: what opens the header.
    ///   - isRewrapped: whether a rotation sealed the header anew, after the record was made.
    ///   - recipient: who shall be able to open the new one; nobody else is.
    /// - Returns: The new header. It commits to the same file key, and its hash is not in the record.
    /// - Throws: ``OpenError``; ``KeyError`` for the recipient.
    public static func rewrapped(
        _ envelope: [UInt8],
        of description: ObjectDescription,
        with identities: [any Identity],
        isRewrapped: Bool = false,
        for recipient: HybridRecipient
    ) throws -> [UInt8] {
        let fileKey = try fileKey(
            in: envelope,
            of: description,
            with: identities,
            isRewrapped: isRewrapped
        )
        return try Header(wrapping: fileKey, for: [recipient]).bytes
    }

    /// Whether the file key in a header is the one that the record commits to.
    ///
    /// - Parameters:
    ///   - envelope: the header that is stored now.
    ///   - description: the object's entry in the record.
    ///   - identities: what opens the header.
    ///   - isRewrapped: whether a rotation sealed the header anew, after the record was made.
    /// - Returns: `false` for another key, which only an ``ObjectOpener`` that takes any goes on with.
    /// - Throws: ``OpenError`` for a header that does not open, or is another than the record's.
    public static func holdsCommittedKey(
        _ envelope: [UInt8],
        of description: ObjectDescription,
        with identities: [any Identity],
        isRewrapped: Bool = false
    ) throws(OpenError) -> Bool {
        do throws(OpenError) {
            _ = try fileKey(
                in: envelope,
                of: description,
                with: identities,
                isRewrapped: isRewrapped
            )
            return true
        } catch {
            guard error == .keyCommitment else { throw error }
            return false
        }
    }

    /// The file key in a header.
    ///
    /// A header from before a rotation is known by its hash, which is in the record. One that was sealed
    /// anew is known by the key that opens it, the newest of the case, and by the commitment.
    static func fileKey(
        in envelope: [UInt8],
        of description: ObjectDescription,
        with identities: [any Identity],
        isRewrapped: Bool = false,
        takesAnyKey: Bool = false
    ) throws(OpenError) -> FileKey {
        guard
            isRewrapped
                || UInt64(envelope.count) == description.envelopeSize
                    && Hash(hashing: envelope) == description.envelope
        else { throw .envelope }
        let fileKey = try unwrap(envelope, with: identities)
        // A header that was exchanged together with the record's hash still meets the commitment.
        guard
            takesAnyKey
                || KeyCommitment.of(fileKey, object: description.id) == description.keyCommitment
        else { throw .keyCommitment }
        return fileKey
    }

    private static func unwrap(
        _ envelope: [UInt8],
        with identities: [any Identity]
    ) throws(OpenError) -> FileKey {
        let header: Header
        do { header = try Header(parsing: envelope) } catch { throw .header(.header(error)) }
        do { return try header.fileKey(for: identities) } catch { throw .header(error) }
    }
}
