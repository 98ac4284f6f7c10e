// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import TestSupport
import Testing
import TransparencyLog
import Vault

/// People with several keys, their policy and one case, as one would keep them on paper.
///
/// Nothing of the fold is used here but names, so that the two do not share a mistake.
private struct PaperVault {
    struct Key {
        let person: Int
        var isActive = true
        var isRevoked = false
    }

    /// What a rotation or a policy was prepared against, to notice that something came in between.
    struct Sight: Hashable {
        var policy: Hash
        var keyring: Hash
        var epoch: UInt64
        var submissions: UInt64
    }

    var keys: [Int: Key] = [:]
    var quorums: [QuorumClass: UInt64] = [:]
    var readers: Set<Int> = [Cast.owner, Cast.reader]
    var submitters: Set<Int> = [Cast.owner, Cast.submitter]
    var sight: Sight
    var done: Set<Int> = []

    init(_ sight: Sight) {
        self.sight = sight
        for person in 0..<Cast.people { keys[Cast.key(person, 0)] = Key(person: person) }
    }

    func active(_ person: Int) -> [Int] {
        keys.filter { $0.value.person == person && $0.value.isActive }.keys.sorted()
    }

    var administrators: Int { Cast.administrators.filter { !active($0).isEmpty }.count }

    private var largestQuorum: Int { Int(quorums.values.max() ?? 1) }

    /// Whether those who signed may, and are enough.
    private func isSigned(_ act: Posted) -> Bool {
        guard act.signers.allSatisfy({ keys[$0]?.isActive == true }) else { return false }
        let people = act.signers.map { $0 / Cast.keysOfPerson }
        guard let kind = act.move.quorum else { return people.count == 1 }
        func isAdministrator(_ person: Int) -> Bool { Cast.administrators.contains(person) }
        guard kind == .rekey || isAdministrator(people[0]) else { return false }
        guard people.dropFirst().allSatisfy({ isAdministrator($0) }),
            Set(people).count == people.count
        else { return false }
        return people.filter { isAdministrator($0) }.count >= Int(quorums[kind] ?? 1)
    }

    /// Does an act if it is allowed, and says whether it was.
    mutating func does(_ act: Posted, id: Hash) -> Bool {
        guard !done.contains(act.number), isSigned(act) else { return false }
        let person = act.signers[0] / Cast.keysOfPerson
        guard isAllowed(act, by: person) else { return false }
        done.insert(act.number)
        switch act.move {
        case .policy(let kind, let count):
            quorums[kind] = count
            sight.policy = id
        case .revoke(let target, let key):
            let ending =
                key.map { [$0] } ?? keys.filter { $0.value.person == target }.keys.map(\.self)
            for key in ending {
                keys[key]?.isActive = false
                keys[key]?.isRevoked = true
            }
        case .rekey(let target, _, let ends, let new):
            for key in ends { keys[key]?.isActive = false }
            keys[new] = Key(person: target)
        case .rotate, .remove:
            if case .remove(let member) = act.move {
                readers.remove(member)
                submitters.remove(member)
            }
            sight.epoch += 1
            sight.keyring = Cast.keyring(act.number)
        case .grant(let member):
            readers.insert(member)
            sight.keyring = Cast.keyring(act.number)
        case .submit: sight.submissions += 1
        case .access: break
        }
        return true
    }

    private func isAllowed(_ act: Posted, by person: Int) -> Bool {
        let isInTime =
            act.sight.keyring == sight.keyring && act.sight.epoch == sight.epoch
            && act.sight.submissions == sight.submissions
        switch act.move {
        case .policy(let kind, let count):
            let others = quorums.filter { $0.key != kind }.values.max() ?? 1
            return act.sight.policy == sight.policy && Int(max(others, count)) <= administrators
        case .revoke(let target, let key):
            let active = active(target)
            if let key, !active.contains(key) { return false }
            guard !active.isEmpty else { return false }
            let isLast = key == nil || active.count == 1
            return !Cast.administrators.contains(target) || !isLast
                || administrators - 1 >= largestQuorum
        case .rekey(let target, let reason, let ends, let new):
            guard keys[new] == nil, ends.allSatisfy({ keys[$0]?.isActive == true }) else {
                return false
            }
            switch reason {
            case .device: return person == target
            case .rotate: return person == target && ends == [act.signers[0]]
            case .replace: return keys.values.contains { $0.person == target && !$0.isRevoked }
            }
        case .rotate: return person == Cast.owner && isInTime
        case .remove(let member):
            return person == Cast.owner && member != Cast.owner && readers.contains(member)
                && isInTime
        case .grant(let member):
            return person == Cast.owner && act.sight.keyring == sight.keyring
                && !active(member).isEmpty
        case .submit: return submitters.contains(person) && act.sight.epoch == sight.epoch
        case .access: return readers.contains(person)
        }
    }
}

/// What somebody does.
private enum Move: Hashable {
    case policy(QuorumClass, UInt64)
    case revoke(Int, key: Int?)
    case rekey(Int, RekeyReason, ends: [Int], new: Int)
    case rotate
    case remove(Int)
    case grant(Int)
    case submit
    case access

    var quorum: QuorumClass? {
        switch self {
        case .policy: .policy
        case .revoke: .revoke
        case .rekey(_, let reason, _, _): reason == .replace ? .replace : .rekey
        case .rotate, .remove, .grant, .submit, .access: nil
        }
    }
}

/// An act, with who signed it and what they saw when they prepared it.
private struct Posted {
    /// Tells statements apart, as the nonce does.
    let number: Int
    let move: Move
    /// Keys; the actor's first.
    let signers: [Int]
    let sight: PaperVault.Sight
}

/// Three administrators, the owner of a case, another reader and a submitter, with up to four keys each.
private struct Cast {
    static let people = 6
    static let keysOfPerson = 4
    static let administrators = 0..<3
    static let owner = 3
    static let reader = 4
    static let submitter = 5
    static let caseID = CaseID.test("one")

    static func key(_ person: Int, _ number: Int) -> Int { person * keysOfPerson + number }

    static func keyring(_ number: Int) -> Hash { .test("keyring \(number)") }

    let keys: [Person]
    let sight: PaperVault.Sight
    let state: VaultState
    let facts: LogFacts
    private let recipient = testRecipient("next")

    init() throws {
        keys = try (0..<Self.people * Self.keysOfPerson).map { try Person("key \($0)") }
        var vault = try TestVault(empty: ())
        try vault.post(vault.genesis)
        let first = keys[0]
        try vault.post(vault.enrol(first, by: "first"))
        let roles: [Role] = [.admin, .admin, .admin, .reader, .reader, .submitter]
        for person in 1..<Self.people {
            let invite = try vault.invite(roles[person], "\(person)")
            try vault.post(vault.sign(.invite(invite), by: first))
            try vault.post(vault.enrol(keys[Self.key(person, 0)], by: "\(person)"))
        }
        let owner = keys[Self.key(Self.owner, 0)]
        try vault.post(vault.sign(vault.open(Self.caseID), by: owner))
        for (person, right) in [(Self.reader, CaseRight.read), (Self.submitter, .submit)] {
            let grant = CaseGrant(
                caseID: Self.caseID,
                member: keys[Self.key(person, 0)].fingerprint,
                right: right,
                keyring: right == .read ? Self.keyring(-1) : nil,
                replacing: right == .read ? .test("keyring") : nil
            )
            try vault.post(vault.sign(.caseGrant(grant), by: owner))
        }
        state = vault.state
        facts = vault.facts
        sight = PaperVault.Sight(
            policy: try #require(state.policyStatement),
            keyring: Self.keyring(-1),
            epoch: 1,
            submissions: 0
        )
    }

    func person(_ number: Int) -> Fingerprint { keys[Self.key(number, 0)].fingerprint }

    /// The statement, with lines of the signers whose bytes nobody checks: that is another test's.
    func entry(_ posted: Posted, policy: Policy?) throws -> Entry {
        let statement = Statement(
            vault: TestVault.origin,
            time: TestVault.begin,
            actor: keys[posted.signers[0]].fingerprint,
            nonce: testBytes("move \(posted.number)"),
            act: try act(posted, policy)
        )
        let names = posted.signers.map { keys[$0] }
        let others = names.dropFirst().sorted { $0.fingerprint < $1.fingerprint }
        let signatures = try ([names[0]] + others).map { person in
            let id = person.record.verifierKey.keyID
            let line = (0..<4).map { UInt8(truncatingIfNeeded: id >> UInt32(24 - 8 * $0)) }
            let bytes = Base64.padded.encode(line + [UInt8](repeating: 0, count: 64))
            return try #require(
                NoteSignature(parsing: "— \(person.fingerprint.hex) \(bytes)")
            )
        }
        let note = try SignedNote(text: statement.text, signatures: signatures)
        return Entry(accepting: try SignedStatement(parsing: note.bytes), at: TestVault.begin)
    }

    private func act(_ posted: Posted, _ policy: Policy?) throws -> Act {
        let expires = TestVault.deadline
        switch posted.move {
        case .policy(let kind, let count):
            var policy = try #require(policy)
            policy.quorums[kind] = count
            return .policy(
                PolicyChange(expires: expires, replacing: posted.sight.policy, with: policy)
            )
        case .revoke(let target, let key):
            return .revoke(
                Revoke(
                    expires: expires,
                    person: person(target),
                    reason: .left,
                    keys: key.map { [keys[$0].fingerprint] } ?? []
                )
            )
        case .rekey(let target, let reason, let ends, let new):
            return .rekey(
                Rekey(
                    expires: expires,
                    person: person(target),
                    reason: reason,
                    ends: ends.map { keys[$0].fingerprint },
                    possession: [UInt8](repeating: 0, count: 64),
                    record: keys[new].record
                )
            )
        case .rotate:
            return .caseRotate(
                CaseRotate(caseID: Self.caseID, reason: .planned, rotation: rotation(posted))
            )
        case .remove(let member):
            return .caseRemove(
                CaseRemove(
                    caseID: Self.caseID,
                    reader: person(member),
                    rotation: rotation(posted)
                )
            )
        case .grant(let member):
            return .caseGrant(
                CaseGrant(
                    caseID: Self.caseID,
                    member: person(member),
                    right: .read,
                    keyring: Self.keyring(posted.number),
                    replacing: posted.sight.keyring
                )
            )
        case .submit:
            return .submit(
                Submit(
                    caseID: Self.caseID,
                    epoch: posted.sight.epoch,
                    record: .test("record \(posted.number)"),
                    commitments: .test("c")
                )
            )
        case .access:
            return .access(
                Access(caseID: Self.caseID, purpose: "x", scope: .envelopes, records: [])
            )
        }
    }

    private func rotation(_ posted: Posted) -> Rotation {
        Rotation(
            epoch: posted.sight.epoch + 1,
            recipient: recipient,
            keyring: Self.keyring(posted.number),
            replacing: posted.sight.keyring,
            submissions: posted.sight.submissions,
            packs: []
        )
    }
}

/// One schedule: what people see, prepare, sign and post, in an order that chance decides.
private struct Schedule {
    let cast: Cast
    var paper: PaperVault
    var state: VaultState
    var facts: LogFacts
    var random: SeededGenerator
    var entries: [Entry] = []
    /// Posted before, to be posted again.
    private var earlier: [Posted] = []
    /// Prepared and not posted yet, while others act.
    private var prepared: [Posted] = []
    private var count = 0

    init(_ cast: Cast, seed: UInt64) {
        self.cast = cast
        paper = PaperVault(cast.sight)
        state = cast.state
        facts = cast.facts
        random = SeededGenerator(seed: seed)
    }

    private mutating func number(_ range: Range<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[number(0..<elements.count)]
    }

    /// Mostly a key that may act.
    private mutating func key(of person: Int) -> Int {
        let active = paper.active(person)
        return active.isEmpty || number(0..<12) == 0
            ? Cast.key(person, number(0..<Cast.keysOfPerson)) : pick(active)
    }

    private mutating func move() -> (Move, actor: Int) {
        let anybody = number(0..<Cast.people)
        let administrator = number(Cast.administrators)
        switch number(0..<12) {
        case 0:
            return (
                .policy(pick([.revoke, .policy, .rekey, .replace]), UInt64(number(1..<4))),
                administrator
            )
        case 1:
            let key: Int? = number(0..<2) == 0 ? nil : key(of: anybody)
            return (.revoke(key.map { $0 / Cast.keysOfPerson } ?? anybody, key: key), administrator)
        case 2, 3:
            let new = Cast.key(anybody, number(1..<Cast.keysOfPerson))
            switch number(0..<3) {
            case 0: return (.rekey(anybody, .device, ends: [], new: new), anybody)
            case 1:
                return (
                    .rekey(anybody, .replace, ends: paper.active(anybody), new: new), administrator
                )
            default: return (.rekey(anybody, .rotate, ends: [], new: new), anybody)
            }
        case 4, 5: return (.rotate, Cast.owner)
        case 6: return (.remove(pick([Cast.reader, Cast.owner, Cast.submitter])), Cast.owner)
        case 7: return (.grant(Cast.reader), Cast.owner)
        case 8, 9, 10: return (.submit, pick([Cast.owner, Cast.submitter, Cast.reader]))
        default: return (.access, anybody)
        }
    }

    private mutating func prepare() -> Posted {
        var (move, actor) = move()
        let own = key(of: number(0..<15) == 0 ? number(0..<Cast.people) : actor)
        if case .rekey(let person, .rotate, _, let new) = move {
            move = .rekey(person, .rotate, ends: [own], new: new)
        }
        actor = own / Cast.keysOfPerson
        var signers = [own]
        if move.quorum != nil || number(0..<20) == 0 {
            for other in Cast.administrators where other != actor && number(0..<3) > 0 {
                signers.append(key(of: other))
            }
            if number(0..<20) == 0 { signers.append(key(of: number(0..<Cast.people))) }
        }
        // A line twice is no note: nobody can post that.
        var seen: Set<Int> = []
        signers = signers.filter { seen.insert($0).inserted }
        count += 1
        return Posted(number: count, move: move, signers: signers, sight: paper.sight)
    }

    /// Somebody acts: at once, after others, or a second time.
    mutating func step(_ name: String) throws {
        let posted: Posted
        let chance = number(0..<10)
        if chance == 0, !earlier.isEmpty {
            posted = pick(earlier)
        } else if chance < 3 {
            prepared.append(prepare())
            return
        } else if chance < 5, !prepared.isEmpty {
            posted = prepared.remove(at: number(0..<prepared.count))
        } else {
            posted = prepare()
        }
        earlier.append(posted)
        try post(posted, name)
        if number(0..<8) == 0 { try crash(name) }
    }

    private mutating func post(_ posted: Posted, _ name: String) throws {
        let entry = try cast.entry(posted, policy: state.policy)
        let before = state
        let isAllowed = paper.does(posted, id: entry.signed.id)
        var violation: PolicyViolation?
        do {
            try state.apply(
                VerifiedStatement(trusting: entry),
                accepted: entry.accepted,
                at: state.size,
                facts: &facts
            )
            entries.append(entry)
        } catch {
            violation = error
            // Invariant: a refusal changes nothing.
            if state != before { Issue.record("\(name): a refusal changed the state") }
        }
        if isAllowed != (violation == nil) {
            let got = violation.map { "refused: \($0)" } ?? "allowed"
            Issue.record("\(name): \(posted) was \(got)")
        }
    }

    /// The process ends and starts again, from what it had kept.
    private mutating func crash(_ name: String) throws {
        let restored = try VaultState(parsing: state.bytes)
        if restored != state { Issue.record("\(name): a start gives another state") }
        state = restored
    }

    /// The invariants that hold after every schedule.
    func check(_ name: String) {
        func require(_ condition: Bool, _ what: String) {
            if !condition { Issue.record("\(name): \(what)") }
        }
        let found = state.case(Cast.caseID)
        let most = state.policy?.quorums.values.max() ?? 1
        require(state.administrators >= max(most, 1), "administrators can do every act")
        require(state.administrators == paper.administrators, "the same administrators")
        require(found?.epoch == paper.sight.epoch, "each rotation leads to the next epoch, once")
        require(found?.keyring == paper.sight.keyring, "the keyring is the last one that was put")
        require(found?.submissions == paper.sight.submissions, "each submission counts once")
        require(state.policyStatement == paper.sight.policy, "policies follow each other")
        for person in 0..<Cast.people {
            let id = cast.person(person)
            require(
                found?.readers.contains(id) == paper.readers.contains(person),
                "who was removed does not read, and nobody else was"
            )
            let active = paper.active(person).map { cast.keys[$0].fingerprint }.sorted()
            require(state.activeKeys(of: id) == active, "ended keys stay ended")
            for key in 0..<Cast.keysOfPerson {
                let key = cast.keys[Cast.key(person, key)].fingerprint
                let mayRead = active.contains(key) && paper.readers.contains(person)
                require(state.mayRead(key, Cast.caseID) == mayRead, "only active keys read")
            }
        }
        // The same entries give the same state, whoever replays them.
        var (again, facts) = (cast.state, cast.facts)
        for entry in entries {
            do {
                try again.apply(
                    VerifiedStatement(trusting: entry),
                    accepted: entry.accepted,
                    at: again.size,
                    facts: &facts
                )
            } catch { Issue.record("\(name): a replay refuses \(entry.signed.statement.act)") }
        }
        require(again == state, "a replay gives the same state")
    }
}

@Suite("Quorums, rotation and removal against a model on paper")
struct QuorumModelTests {
    /// The seeds are fixed, so that a failure comes back.
    @Test("10 000 schedules of acts, duplicates, late posts and restarts agree with the paper")
    func agrees() async throws {
        let cast = try Cast()
        let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    var accepted = 0
                    for seed in stride(from: lane, to: 10_000, by: 4) {
                        // Others wait for a core.
                        await Task.yield()
                        var schedule = Schedule(cast, seed: UInt64(seed))
                        for place in 0..<25 { try schedule.step("schedule \(seed), step \(place)") }
                        schedule.check("schedule \(seed)")
                        accepted += schedule.entries.count
                    }
                    return accepted
                }
            }
            return try await group.reduce(0, +)
        }
        // Schedules in which nothing is allowed would agree too.
        #expect(accepted > 10_000 * 6)
    }
}
