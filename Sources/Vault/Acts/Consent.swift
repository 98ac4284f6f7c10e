// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// `consent`: says anew to whom a submission may be given.
public struct Consent: Hashable, Sendable {
    /// The SHA-256 of the submission's record, or of one before it in its place.
    public let record: Hash
    /// The whole new set, ascending.
    ///
    /// None withdraws consent.
    public let classes: [ConsentClass]

    /// Puts the act together; the order of the classes does not matter.
    public init(record: Hash, classes: some Sequence<ConsentClass>) {
        self.record = record
        self.classes = Set(classes).sorted()
    }
}

extension Consent: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        record = try reader.hash("record")
        classes = try reader.words("class")
    }

    func write(to writer: inout LineWriter) {
        writer.add("record", record)
        writer.add("class", classes)
    }

    /// By whoever submitted the record; what was decided in spite of an earlier consent is no longer good.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard let submission = facts.submission(record) else { throw .unknownRecord }
        guard state.person(of: submission.submitter) == context.person else { throw .notSubmitter }
        facts.change(record) { submission in
            submission.classes = classes
            submission.overrides = []
        }
    }
}
