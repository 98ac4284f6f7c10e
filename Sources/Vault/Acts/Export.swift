// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// `export`: takes evidence out of the vault, in a bundle for somebody.
public struct Export: Hashable, Sendable {
    /// The case.
    public let caseID: CaseID
    /// For whom the bundle is.
    public let consentClass: ConsentClass
    /// The records of the exported submissions, ascending.
    ///
    /// At least one.
    public let records: [Hash]
    /// The SHA-256 of the bundle's payload manifest, `manifest-sha256.txt`.
    public let manifest: Hash
    /// The key pair that seals the bundle.
    public let key: ExportKey

    /// Puts the act together; the order of the records does not matter.
    public init(
        caseID: CaseID,
        consentClass: ConsentClass,
        records: some Sequence<Hash>,
        manifest: Hash,
        key: ExportKey
    ) {
        self.caseID = caseID
        self.consentClass = consentClass
        self.records = Set(records).sorted()
        self.manifest = manifest
        self.key = key
    }
}

extension Export: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        consentClass = try reader.word("class")
        records = try reader.hashes("record")
        manifest = try reader.hash("manifest")
        key = try reader.exportKey("key")
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("class", consentClass)
        writer.add("record", records)
        writer.add("manifest", manifest)
        writer.add("key", key.description)
    }

    /// By whoever reads the case, with a key of the policy where it names some; each record's consent,
    /// as it is now, holds the class, or an override does, which is used up.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        try state.requireReader(context.person, of: caseID)
        let keys = state.policy?.exportKeys ?? []
        guard keys.isEmpty || keys.contains(key) else { throw .otherExportKey }
        for record in records {
            let submission = try facts.submission(record, to: caseID)
            guard !submission.isErased else { throw .erased }
            guard submission.allows(consentClass) else { throw .noConsent }
        }
        for record in records {
            facts.change(record) { submission in
                if !submission.classes.contains(consentClass) {
                    submission.overrides.removeAll { $0 == consentClass }
                }
            }
        }
    }
}
