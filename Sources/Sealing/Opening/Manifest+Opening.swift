// SPDX-License-Identifier: Apache-2.0

public import Age
public import Evidence
public import Vault

extension Manifest {
    /// Opens the manifest of a record, and checks it against the record.
    ///
    /// - Parameters:
    ///   - record: whose hash stands in the logged statement.
    ///   - commitments: the list that the record names.
    ///   - envelope: the first object's age header.
    ///   - identities: the key of the case's epoch.
    ///   - isRewrapped: whether a rotation sealed the envelope anew, after the record was made.
    ///   - takesAnyKey: whether the file key need not be the one committed to; the facts must be.
    ///   - segment: gives the first object's segments by their place.
    /// - Throws: ``OpenError``, ``ManifestError``, and what `segment` throws.
    public init(
        opening record: SubmissionRecord,
        commitments: CommitmentList,
        envelope: [UInt8],
        identities: [any Identity],
        isRewrapped: Bool = false,
        takesAnyKey: Bool = false,
        segment: (Int) throws -> [UInt8]
    ) throws {
        let description = record.objects[0]
        guard description.payloadSize <= UInt64(2 * Self.maximumSize) else {
            throw ManifestError.tooLarge
        }
        var opener = try ObjectOpener(
            envelope,
            description,
            identities,
            isRewrapped,
            takesAnyKey
        )
        var text: [UInt8] = []
        for place in description.segments.indices {
            var bytes = try segment(place)
            try unsafe bytes.withUnsafeMutableBytes { bytes in
                try unsafe opener.open(bytes) { unsafe text.append(contentsOf: $0) }
            }
        }
        try opener.finish()
        // The one object whose size stands nowhere: its text never ends in a zero, its padding does.
        let paddedSize = text.count
        text.removeLast(text.reversed().prefix { $0 == 0 }.count)
        guard Padme.paddedSize(of: UInt64(text.count)) == UInt64(paddedSize) else {
            throw OpenError.size
        }
        try self.init(parsing: text)
        try verify(against: record, commitments: commitments)
    }
}
