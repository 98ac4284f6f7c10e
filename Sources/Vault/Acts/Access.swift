// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// How much of the named records an access releases.
public enum AccessScope: String, CaseIterable, Sendable {
    /// Their manifests: what there is, not what it says.
    case manifest
    /// The named objects of one record.
    case objects
    /// Everything.
    case all
    /// The records and envelopes of the whole case, and no payload: what its key is changed with.
    case envelopes
}

/// `access`: has the vault release ciphertext to a reader.
public struct Access: Hashable, Sendable {
    /// The case.
    public let caseID: CaseID
    /// What it is for: 1 to 32 of `a-z`, `0-9` and hyphen.
    public let purpose: String
    /// How much is released.
    public let scope: AccessScope
    /// The records of the submissions, ascending.
    ///
    /// At least one; exactly one with the scope `objects`; none with `envelopes`.
    public let records: [Hash]
    /// With the scope `objects`, the objects, ascending.
    ///
    /// At least one. Whether they are the record's is in the record, not in the log; the daemon
    /// releases only those that are.
    public let objects: [ObjectID]

    /// Puts the act together; the order of records and objects does not matter.
    public init(
        caseID: CaseID,
        purpose: String,
        scope: AccessScope,
        records: some Sequence<Hash>,
        objects: some Sequence<ObjectID> = []
    ) {
        self.caseID = caseID
        self.purpose = purpose
        self.scope = scope
        self.records = Set(records).sorted()
        self.objects = Set(objects).sorted()
    }

    /// Whether a text may say what an access is for.
    public static func isPurpose(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }
}

extension Access: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        purpose = try reader.value("purpose")
        guard Self.isPurpose(purpose) else { throw reader.malformed("purpose", .purpose) }
        scope = try reader.word("scope")
        switch scope {
        case .objects:
            records = [try reader.hash("record")]
            objects = try reader.identifiers("object")
        case .manifest, .all:
            records = try reader.hashes("record")
            objects = []
        case .envelopes:
            records = []
            objects = []
        }
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("purpose", purpose)
        writer.add("scope", scope)
        writer.add("record", records)
        for object in objects { writer.add("object", object) }
    }

    /// By whoever reads the case, for records that were submitted to it.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        try state.requireReader(context.person, of: caseID)
        for record in records {
            guard try !facts.submission(record, to: caseID).isErased else { throw .erased }
        }
    }
}

extension VaultState {
    /// Checks that a person reads a case.
    func requireReader(_ person: Fingerprint, of id: CaseID) throws(PolicyViolation) {
        guard let found = cases[id] else { throw .unknownCase }
        guard found.readers.contains(person) else { throw .mayNotRead }
    }
}

extension VaultFacts {
    /// A submission to a case, as ``submission(_:)`` finds it.
    func submission(_ record: Hash, to id: CaseID) throws(PolicyViolation) -> Submission {
        guard let found = submission(record), found.caseID == id else { throw .unknownRecord }
        return found
    }
}
