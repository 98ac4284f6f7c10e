// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog
import Vault

/// The rights of a vault as one would write them on paper: facts that never go, and rules over them.
///
/// Nothing of the fold is used here but names, so that the two do not share a mistake.
private struct PaperVault {
    var roles: [Int: Role] = [:]
    var invites: [Int: (role: Role, case: Int?, expires: Int, isOpen: Bool)] = [:]
    var owners: [Int: Int] = [:]
    /// Person, case, right.
    var rights: Set<[Int]> = []
    /// By the record.
    var submissions: [Int: (case: Int, by: Int, classes: Set<ConsentClass>)] = [:]

    /// The same move is the same statement.
    var done: Set<Move> = []

    static let read = 0
    static let submit = 1

    func reads(_ person: Int, _ id: Int) -> Bool {
        owners[id] == person || rights.contains([person, id, Self.read])
    }

    func submits(_ person: Int, _ id: Int) -> Bool {
        owners[id] == person || rights.contains([person, id, Self.submit])
    }

    /// Does an act if it is allowed, and says whether it was.
    mutating func does(_ move: Move, at time: Int) -> Bool {
        guard !done.contains(move) else { return false }
        switch move {
        case .invite(let actor, let key, let role, let id, let expires):
            guard let own = roles[actor], invites[key] == nil, time < expires else { return false }
            if let id, owners[id] == nil { return false }
            let toOwnCase = role == .submitter && id != nil && owners[id ?? -1] == actor
            guard own == .admin || toOwnCase else { return false }
            invites[key] = (role, id, expires, true)
        case .enrol(let person, let key):
            guard let invite = invites[key], invite.isOpen, time < invite.expires,
                roles[person] == nil
            else { return false }
            invites[key]?.isOpen = false
            roles[person] = invite.role
            if invite.role == .submitter, let id = invite.case {
                rights.insert([person, id, Self.submit])
            }
        case .open(let actor, let id):
            guard roles[actor] == .reader, owners[id] == nil else { return false }
            owners[id] = actor
        case .grant(let actor, let id, let person, let right):
            guard roles[actor] != nil, owners[id] == actor, let role = roles[person] else {
                return false
            }
            guard role == .reader || role == .submitter && right == .submit else { return false }
            rights.insert([person, id, right == .read ? Self.read : Self.submit])
        case .submit(let actor, let id, let record, let classes):
            guard roles[actor] != nil, submits(actor, id), submissions[record] == nil else {
                return false
            }
            submissions[record] = (id, actor, classes)
        case .access(let actor, let id, let record), .custody(let actor, let id, let record):
            guard roles[actor] != nil, reads(actor, id), submissions[record]?.case == id else {
                return false
            }
        case .export(let actor, let id, let record, let consentClass):
            guard roles[actor] != nil, reads(actor, id), let found = submissions[record],
                found.case == id, found.classes.contains(consentClass)
            else { return false }
        case .consent(let actor, let record, let classes):
            guard roles[actor] != nil, submissions[record]?.by == actor else { return false }
            submissions[record]?.classes = classes
        }
        done.insert(move)
        return true
    }
}

/// An act by numbers.
private enum Move: Hashable {
    case invite(Int, key: Int, Role, to: Int?, expires: Int)
    case enrol(Int, key: Int)
    case open(Int, Int)
    case grant(Int, Int, Int, CaseRight)
    case submit(Int, Int, Int, Set<ConsentClass>)
    case access(Int, Int, Int)
    case export(Int, Int, Int, ConsentClass)
    case consent(Int, Int, Set<ConsentClass>)
    case custody(Int, Int, Int)

    static func random(using random: inout SeededGenerator) -> Move {
        func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
        func pick<Element>(_ elements: [Element]) -> Element {
            elements[number(0..<elements.count)]
        }
        let person = number(0..<Cast.people)
        let id = number(0..<Cast.cases)
        let record = number(0..<Cast.records)
        let classes = pick([[], [.court], [.court, .media], Set(ConsentClass.allCases)])
        switch number(0..<14) {
        case 0, 1:
            let role = pick(Role.allCases)
            let mayNameCase = role == .reader || role == .submitter
            return .invite(
                number(0..<3) == 0 ? person : 0,
                key: number(0..<Cast.keys),
                role,
                to: mayNameCase && number(0..<2) == 0 ? id : nil,
                expires: pick([3, 30, 60])
            )
        case 2, 3, 4: return .enrol(person, key: number(0..<Cast.keys))
        case 5, 6: return .open(person, id)
        case 7, 8: return .grant(person, id, number(0..<Cast.people), pick([.read, .submit]))
        case 9, 10: return .submit(person, id, record, classes)
        case 11: return .access(person, id, record)
        case 12: return .export(person, id, record, pick([.court, .media, .un]))
        default:
            return number(0..<2) == 0
                ? .consent(person, record, classes) : .custody(person, id, record)
        }
    }
}

/// The people and things that the moves number, and the statement of each move.
///
/// Each is signed and checked once: keys of a fingerprint never change, so what was checked in a vault
/// with all of them is checked for every schedule.
private struct Cast {
    static let people = 6
    static let keys = 8
    static let cases = 3
    static let records = 5

    let people: [Fingerprint]
    let records: [IdentityRecord]
    let signers: [NoteSigner]
    let invites: [NoteSigner]
    let cases = (0..<Cast.cases).map { CaseID.test("\($0)") }
    /// A vault with its genesis, in which key 0 invites the first administrator.
    private(set) var beginning = VaultState()
    private(set) var beginningFacts = LogFacts()
    private var everyone = VaultState()
    private var statements: [Move: VerifiedStatement] = [:]

    init() throws {
        let people = try (0..<Self.people).map { try Person("\($0)") }
        self.people = people.map(\.fingerprint)
        records = people.map(\.record)
        signers = people.map(\.signer)
        invites = try (0..<Self.keys).map { try Invitation.signer(seed: testBytes("invite \($0)")) }
        var vault = try TestVault(empty: ())
        let genesis = Genesis(
            logKey: vault.logSigner.verifierKey,
            tlsKey: .test("t"),
            inviteKey: invites[0].verifierKey.publicKey,
            inviteExpires: time(60)
        )
        let first = try SignedStatement.sign(
            vault.statement(.genesis(genesis), by: genesis.actor),
            with: [vault.logSigner]
        )
        try beginning.replay(Entry(accepting: first, at: time(0)), at: 0, facts: &beginningFacts)
        everyone = beginning
        var facts = beginningFacts
        for person in 0..<Self.people {
            if person > 0 {
                let invite = Move.invite(0, key: person, .reader, to: nil, expires: 60)
                try everyone.replay(entry(invite), at: everyone.size, facts: &facts)
            }
            let enrol = Move.enrol(person, key: person)
            try everyone.replay(entry(enrol), at: everyone.size, facts: &facts)
        }
    }

    private func entry(_ move: Move) throws -> Entry {
        Entry(accepting: try signed(move), at: time(0))
    }

    /// The statement of a move, its signatures checked.
    mutating func verified(_ move: Move) throws -> VerifiedStatement {
        if let known = statements[move] { return known }
        let made = try everyone.verifySignatures(of: signed(move))
        statements[move] = made
        return made
    }

    func time(_ minute: Int) -> UTCTime {
        UTCTime(seconds: TestVault.begin.seconds + Int64(minute) * 60)
    }

    private func signed(_ move: Move) throws -> SignedStatement {
        let id = { (number: Int) in cases[number] }
        let record = { (number: Int) in Hash.test("record \(number)") }
        let act: Act
        let actor: Int
        var extra: [NoteSigner] = []
        switch move {
        case .invite(let person, let key, let role, let target, let expires):
            actor = person
            act = .invite(
                Invite(
                    role: role,
                    caseID: target.map(id),
                    inviteKey: invites[key].verifierKey.publicKey,
                    expires: time(expires)
                )
            )
        case .enrol(let person, let key):
            actor = person
            extra = [invites[key]]
            act = .enrol(
                Enrol(inviteKey: invites[key].verifierKey.publicKey, record: records[person])
            )
        case .open(let person, let number):
            actor = person
            act = .caseOpen(
                CaseOpen(caseID: id(number), recipient: Self.recipient, keyring: .test("k"))
            )
        case .grant(let person, let number, let member, let right):
            actor = person
            act = .caseGrant(
                CaseGrant(
                    caseID: id(number),
                    member: people[member],
                    right: right,
                    keyring: right == .read ? .test("k") : nil,
                    replacing: right == .read ? .test("k") : nil
                )
            )
        case .submit(let person, let number, let name, let classes):
            actor = person
            act = .submit(
                Submit(
                    caseID: id(number),
                    epoch: 1,
                    record: record(name),
                    commitments: .test("c"),
                    classes: classes
                )
            )
        case .access(let person, let number, let name):
            actor = person
            act = .access(
                Access(caseID: id(number), purpose: "x", scope: .all, records: [record(name)])
            )
        case .export(let person, let number, let name, let consentClass):
            actor = person
            act = .export(
                Export(
                    caseID: id(number),
                    consentClass: consentClass,
                    records: [record(name)],
                    manifest: .test("m"),
                    key: .test()
                )
            )
        case .consent(let person, let name, let classes):
            actor = person
            act = .consent(Consent(record: record(name), classes: classes))
        case .custody(let person, let number, let name):
            actor = person
            act = .custody(
                Custody(
                    caseID: id(number),
                    record: record(name),
                    event: .copied,
                    occurred: time(0)
                )
            )
        }
        let statement = Statement(
            vault: TestVault.origin,
            time: time(0),
            actor: people[actor],
            nonce: testBytes("move"),
            act: act
        )
        return try .sign(statement, with: [signers[actor]] + extra)
    }

    private static let recipient = testRecipient("case")
}

@Suite("The fold against a model on paper")
struct ModelTests {
    /// 3000 schedules of up to 60 moves; the seed is fixed, so that a failure comes back.
    @Test("agrees on every move of every random schedule")
    func agrees() async throws {
        var cast = try Cast()
        var random = SeededGenerator(seed: 2026)
        var allowed: [Int] = []
        for schedule in 0..<3000 {
            // Others wait for a core.
            await Task.yield()
            let (state, facts, paper, count) = try play(&cast, &random, schedule)
            allowed.append(count)
            compare(state, facts, paper, cast)
            if schedule.isMultiple(of: 20) {
                #expect(try VaultState(parsing: state.bytes) == state)
            }
        }
        // Schedules in which nothing is allowed would agree too.
        #expect(allowed.reduce(0, +) > allowed.count * 15)
    }

    /// Mostly a vault with people and cases in it first, and then anything.
    private func moves(_ random: inout SeededGenerator) -> [Move] {
        var moves = [Move.enrol(0, key: 0)]
        let roles: [Role] = [.admin, .reader, .reader, .submitter, .submitter, .auditor]
        for person in 1..<Cast.people where Int.random(in: 0..<8, using: &random) > 0 {
            moves.append(.invite(0, key: person, roles[person], to: nil, expires: 60))
            moves.append(.enrol(person, key: person))
        }
        moves += [.open(1, 0), .open(2, 1), .grant(1, 0, 3, .submit), .submit(3, 0, 0, [.court])]
        moves += (0..<40).map { _ in Move.random(using: &random) }
        return moves
    }

    private func play(
        _ cast: inout Cast,
        _ random: inout SeededGenerator,
        _ schedule: Int
    ) throws -> (VaultState, LogFacts, PaperVault, Int) {
        var (state, facts) = (cast.beginning, cast.beginningFacts)
        var paper = PaperVault()
        paper.invites[0] = (.admin, nil, 60, true)
        var minute = 0
        var allowed = 0
        for (place, move) in moves(&random).enumerated() {
            minute += Int.random(in: 0...1, using: &random)
            let statement = try cast.verified(move)
            let isAllowed = paper.does(move, at: minute)
            let before = state
            var violation: PolicyViolation?
            do {
                try state.apply(
                    statement,
                    accepted: cast.time(minute),
                    at: state.size,
                    facts: &facts
                )
                allowed += 1
            } catch {
                violation = error
                #expect(state == before)
            }
            // Not a comment of an expectation, since putting that into words takes longer than a move.
            if isAllowed != (violation == nil) {
                let got = violation.map { "refused: \($0)" } ?? "allowed"
                Issue.record("schedule \(schedule), move \(place): \(move) was \(got)")
            }
        }
        return (state, facts, paper, allowed)
    }

    private func compare(
        _ state: VaultState,
        _ facts: LogFacts,
        _ paper: PaperVault,
        _ cast: Cast
    ) {
        for person in 0..<Cast.people {
            let fingerprint = cast.people[person]
            #expect(state.member(fingerprint)?.role == paper.roles[person])
            for (number, id) in cast.cases.enumerated() {
                #expect(state.mayRead(fingerprint, id) == paper.reads(person, number))
                #expect(state.maySubmit(fingerprint, id) == paper.submits(person, number))
                if paper.roles[person] == .admin || paper.roles[person] == .auditor {
                    #expect(state.standing(of: fingerprint, in: id) == nil)
                }
            }
        }
        for record in 0..<Cast.records {
            let found = facts.submission(record: .test("record \(record)"))
            #expect(found.map { Set($0.classes) } == paper.submissions[record]?.classes)
        }
    }
}
