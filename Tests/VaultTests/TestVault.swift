// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import Testing
import TransparencyLog
import Vault

/// A vault in memory, with an administrator, two readers, two submitters and an auditor.
///
/// `reader` owns the case `case`, to which `submitter` submitted the record `record` with the consent
/// `court`. The others have no right in it.
struct TestVault {
    static let origin = "vault.example/test"
    static let begin = UTCTime.test("2026-11-21T05:50:00Z")
    static let deadline = UTCTime.test("2026-12-21T05:50:00Z")

    let logSigner: NoteSigner
    let admin: Person
    let reader: Person
    let otherReader: Person
    let submitter: Person
    let otherSubmitter: Person
    let auditor: Person
    let caseID = CaseID.test("one")
    let record = Hash.test("record")

    var state = VaultState()
    var facts = LogFacts()
    var entries: [Entry] = []
    var clock = TestVault.begin
    private var nonces = 0

    /// Begins with nothing in the log.
    init(empty: Void) throws {
        logSigner = try NoteSigner(name: Self.origin, seed: testBytes("log"))
        admin = try Person("admin")
        reader = try Person("reader")
        otherReader = try Person("other reader")
        submitter = try Person("submitter")
        otherSubmitter = try Person("other submitter")
        auditor = try Person("auditor")
    }

    init() throws {
        try self.init(empty: ())
        try post(genesis)
        try post(enrol(admin, by: "first"))
        try join(reader, .reader)
        try join(otherReader, .reader)
        try join(auditor, .auditor)
        try post(sign(open(caseID), by: reader))
        try post(sign(.invite(invite(.submitter, "submitter", to: caseID)), by: reader))
        try post(enrol(submitter, by: "submitter"))
        try join(otherSubmitter, .submitter)
        try post(sign(submit(record), by: submitter))
    }

    // MARK: Statements

    mutating func statement(_ act: Act, by actor: Fingerprint) -> Statement {
        nonces += 1
        return Statement(
            vault: Self.origin,
            time: .test("2026-11-21T05:50:42Z"),
            actor: actor,
            nonce: testBytes("nonce \(nonces)"),
            act: act
        )
    }

    mutating func sign(_ act: Act, by person: Person) throws -> SignedStatement {
        try .sign(statement(act, by: person.fingerprint), with: [person.signer])
    }

    /// Signs as the first of some people, below it as the others.
    mutating func sign(_ act: Act, by people: [Person]) throws -> SignedStatement {
        let others = people.dropFirst().sorted { $0.fingerprint < $1.fingerprint }
        let statement = statement(act, by: people[0].fingerprint)
        return try .sign(statement, with: [people[0].signer] + others.map(\.signer))
    }

    func genesisAct(after predecessor: Predecessor? = nil) throws -> Genesis {
        Genesis(
            logKey: logSigner.verifierKey,
            tlsKey: .test("tls key"),
            inviteKey: try inviteKey("first"),
            inviteExpires: .test("2026-11-28T00:00:00Z"),
            predecessor: predecessor
        )
    }

    var genesis: SignedStatement {
        mutating get throws {
            let act = try genesisAct()
            return try .sign(statement(.genesis(act), by: act.actor), with: [logSigner])
        }
    }

    func inviteKey(_ label: String) throws -> [UInt8] {
        try Invitation.signer(seed: testBytes("invite \(label)")).verifierKey.publicKey
    }

    func invite(
        _ role: Role,
        _ label: String,
        to caseID: CaseID? = nil,
        expires: UTCTime = .test("2026-11-28T00:00:00Z")
    ) throws -> Invite {
        Invite(role: role, caseID: caseID, inviteKey: try inviteKey(label), expires: expires)
    }

    mutating func enrol(_ person: Person, by label: String) throws -> SignedStatement {
        let act = Enrol(inviteKey: try inviteKey(label), record: person.record)
        let signer = try Invitation.signer(seed: testBytes("invite \(label)"))
        return try .sign(
            statement(.enrol(act), by: person.fingerprint),
            with: [person.signer, signer]
        )
    }

    func open(_ id: CaseID) -> Act {
        .caseOpen(CaseOpen(caseID: id, recipient: testRecipient("case"), keyring: .test("keyring")))
    }

    func submit(_ record: Hash, to id: CaseID? = nil, epoch: UInt64 = 1) -> Act {
        .submit(
            Submit(
                caseID: id ?? caseID,
                epoch: epoch,
                record: record,
                commitments: .test("commitments"),
                classes: [.court]
            )
        )
    }

    func access(_ records: Hash...) -> Act {
        .access(Access(caseID: caseID, purpose: "review", scope: .all, records: records))
    }

    func export(
        _ record: Hash,
        for consentClass: ConsentClass,
        key: ExportKey = .test()
    ) -> Act {
        .export(
            Export(
                caseID: caseID,
                consentClass: consentClass,
                records: [record],
                manifest: .test("manifest"),
                key: key
            )
        )
    }

    // MARK: Cases

    func rotation(to epoch: UInt64? = nil) -> Rotation {
        let found = state.case(caseID)
        return Rotation(
            epoch: epoch ?? (found?.epoch ?? 1) + 1,
            recipient: testRecipient("next"),
            keyring: .test("keyring of \(state.size)"),
            replacing: found?.keyring ?? .test("keyring"),
            submissions: found?.submissions ?? 1,
            packs: [.test("pack"), .test("other pack")]
        )
    }

    func rotate(to epoch: UInt64? = nil) -> Act {
        .caseRotate(CaseRotate(caseID: caseID, reason: .planned, rotation: rotation(to: epoch)))
    }

    func remove(_ person: Person) -> Act {
        .caseRemove(CaseRemove(caseID: caseID, reader: person.fingerprint, rotation: rotation()))
    }

    func grantReading(to person: Person) -> Act {
        .caseGrant(
            CaseGrant(
                caseID: caseID,
                member: person.fingerprint,
                right: .read,
                keyring: .test("keyring for \(person.fingerprint)"),
                replacing: state.case(caseID)?.keyring
            )
        )
    }

    func hold(_ state: HoldState, _ records: [Hash] = []) -> Act {
        .hold(Hold(expires: Self.deadline, caseID: caseID, state: state, records: records))
    }

    var erase: Act {
        .erase(
            Erase(expires: Self.deadline, caseID: caseID, record: record, authority: "court-order")
        )
    }

    func override(for consentClass: ConsentClass) -> Act {
        .exportOverride(
            ExportOverride(
                expires: Self.deadline,
                caseID: caseID,
                consentClass: consentClass,
                records: [record],
                authority: "court-order"
            )
        )
    }

    // MARK: What administrators decide

    func policyChange(_ change: (inout Policy) -> Void) throws -> Act {
        var policy = try #require(state.policy)
        change(&policy)
        let previous = try #require(state.policyStatement)
        return .policy(PolicyChange(expires: Self.deadline, replacing: previous, with: policy))
    }

    /// Lets a second administrator join, and asks for so many signatures.
    mutating func require(_ count: UInt64, for kind: QuorumClass) throws {
        try join(Person("second admin"), .admin)
        try post(sign(policyChange { $0.quorums[kind] = count }, by: admin))
    }

    /// The key that signs the log after the first, or another one.
    func logKey(_ label: String = "next log") throws -> NoteSigner {
        try NoteSigner(name: Self.origin, seed: testBytes(label))
    }

    /// Hands the log over from one key to another.
    func logKeyChange(from old: NoteSigner? = nil, to new: NoteSigner? = nil) throws -> Act {
        let handover = try LogHandover(from: old ?? logSigner, to: new ?? logKey())
        return .logKey(LogKeyChange(expires: Self.deadline, handover: handover))
    }

    func freeze(for successor: String? = nil) -> Act {
        .freeze(Freeze(expires: Self.deadline, successor: successor))
    }

    func rekey(
        _ person: Person,
        to new: Person,
        _ reason: RekeyReason,
        ends: [Fingerprint]? = nil,
        possessed holder: Person? = nil
    ) throws -> Act {
        let text = Rekey.possessionText(
            vault: Self.origin,
            person: person.fingerprint,
            record: new.record
        )
        return .rekey(
            Rekey(
                expires: Self.deadline,
                person: person.fingerprint,
                reason: reason,
                ends: ends ?? (reason == .device ? [] : [person.fingerprint]),
                possession: Array(try (holder ?? new).key.signature(for: Array(text.utf8))),
                record: new.record
            )
        )
    }

    /// An act of a class, and who does it.
    func example(of kind: QuorumClass) throws -> (act: Act, actor: (person: Person, role: Role)) {
        let new = try Person("new keys")
        switch kind {
        case .caseRecover:
            let act = CaseRecover(
                expires: Self.deadline,
                caseID: caseID,
                owner: otherReader.fingerprint
            )
            return (.caseRecover(act), (admin, .admin))
        case .erase: return (erase, (reader, .reader))
        case .exportOverride: return (override(for: .media), (reader, .reader))
        case .freeze: return (freeze(), (admin, .admin))
        case .logKey: return (try logKeyChange(), (admin, .admin))
        case .hold: return (hold(.off), (reader, .reader))
        case .inviteAdmin: return (.invite(try invite(.admin, "q")), (admin, .admin))
        case .inviteAuditor: return (.invite(try invite(.auditor, "q")), (admin, .admin))
        case .inviteReader: return (.invite(try invite(.reader, "q")), (admin, .admin))
        case .policy: return (try policyChange { $0.quorums[.revoke] = 2 }, (admin, .admin))
        case .rekey: return (try rekey(reader, to: new, .rotate), (reader, .reader))
        case .replace: return (try rekey(reader, to: new, .replace), (admin, .admin))
        case .revoke:
            let act = Revoke(expires: Self.deadline, person: reader.fingerprint, reason: .left)
            return (.revoke(act), (admin, .admin))
        }
    }

    // MARK: Entries

    mutating func join(_ person: Person, _ role: Role) throws {
        let label = person.fingerprint.hex
        try post(sign(.invite(invite(role, label)), by: admin))
        try post(enrol(person, by: label))
    }

    /// Accepts a statement at the vault's time.
    mutating func post(_ signed: SignedStatement) throws(PolicyViolation) {
        let entry = Entry(accepting: signed, at: clock)
        try state.replay(entry, at: state.size, facts: &facts)
        entries.append(entry)
    }
}
