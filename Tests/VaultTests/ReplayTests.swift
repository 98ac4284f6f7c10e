// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog

@testable import Vault

/// A log as a daemon would serve it that accepts whatever it is given.
private struct LawlessLog {
    var vault: TestVault
    private(set) var leaves: [[UInt8]] = []
    /// What a replay must find.
    private(set) var faults: [Finding] = []

    struct Finding: Hashable, CustomStringConvertible {
        let index: UInt64
        let rule: String

        var description: String { "\(index) \(rule)" }
    }

    init() throws {
        vault = try TestVault()
        leaves = vault.entries.map(\.bytes)
    }

    var size: UInt64 { UInt64(leaves.count) }

    var root: Hash { MerkleTree.root(of: leaves.map { MerkleTree.leafHash($0) }) }

    /// Adds what a daemon that keeps the rules would accept.
    mutating func add(_ signed: SignedStatement) throws {
        try vault.post(signed)
        leaves.append(Entry(accepting: signed, at: vault.clock).bytes)
    }

    /// Adds what no daemon should have accepted.
    mutating func force(_ signed: SignedStatement, at time: UTCTime? = nil, _ rule: String) {
        force(Entry(accepting: signed, at: time ?? vault.clock).bytes, rule)
    }

    mutating func force(_ leaf: [UInt8], _ rule: String) {
        faults.append(Finding(index: size, rule: rule))
        leaves.append(leaf)
    }

    func bundle(_ path: EntryBundlePath) throws -> EntryBundle {
        var bundle = EntryBundle()
        let first = Int(path.index) * TilePath.fullWidth
        for leaf in leaves[first..<first + path.width] { try bundle.append(leaf) }
        return bundle
    }

    /// Replays up to a size, and gives what was found in these entries.
    func run(_ replay: inout LogReplay, to end: UInt64? = nil) async throws -> [Finding] {
        var found: [Finding] = []
        try await replay.run(to: end ?? size, fetching: { try bundle($0) }) { replay, bundle in
            for entry in replay.take(bundle).entries {
                if let fault = entry.fault {
                    found.append(Finding(index: entry.index, rule: fault.rule))
                }
            }
        }
        return found
    }
}

@Suite("Replaying a log")
struct ReplayTests {
    @Test("goes past leaves of which only the hashes are known, and judges what comes then")
    func passes() throws {
        let log = try LawlessLog()
        let hashes = log.leaves.map { MerkleTree.leafHash($0) }
        var replay = LogReplay()
        let step = replay.pass(over: hashes.dropLast(), rootsAt: [3])
        #expect(step.entries.isEmpty && step.roots == [3: MerkleTree.root(of: hashes.prefix(3))])
        let path = try #require(EntryBundlePath(holding: replay.size, inTreeOf: log.size))
        let last = try ExaminedBundle(
            log.bundle(path),
            at: path,
            of: replay.size..<log.size,
            checkedBy: replay.state
        )
        #expect(replay.take(last).entries.map { $0.fault == nil } == [false])
        #expect(replay.root == log.root && replay.state.size == log.size)
    }

    @Test("comes to the state, the facts and the root of the daemon")
    func honest() async throws {
        var log = try LawlessLog()
        for _ in 0..<600 {
            try log.add(log.vault.sign(log.vault.access(log.vault.record), by: log.vault.reader))
        }
        var replay = LogReplay()
        #expect(try await log.run(&replay) == [])
        #expect(replay.size == log.size)
        #expect(replay.root == log.root)
        #expect(replay.state == log.vault.state)
        // Outside of the expectation, which would write out all facts.
        let isSame = replay.facts == log.vault.facts
        #expect(isSame)
    }

    @Test("names every entry that broke a rule, whatever came before it, and goes on")
    func faults() async throws {
        var log = try lawless()
        // The rules are still kept after all of that.
        try log.add(log.vault.sign(log.vault.access(log.vault.record), by: log.vault.reader))
        var replay = LogReplay()
        #expect(try await log.run(&replay) == log.faults)
        #expect(replay.root == log.root)
        #expect(replay.size == log.size)
        #expect(replay.state.cases(of: log.vault.reader.fingerprint).count == 1)
        #expect(replay.state.memberCount == log.vault.state.memberCount)
    }

    /// One entry for each of several rules.
    private func lawless() throws -> LawlessLog {
        var log = try LawlessLog()
        let reader = log.vault.reader
        let submitter = log.vault.submitter
        let record = log.vault.record
        let access = log.vault.access(record)
        let signed = try log.vault.sign(access, by: reader)
        try log.add(signed)
        log.force(signed, "repeated-statement")
        log.force(try log.vault.sign(access, by: log.vault.otherReader), "may-not-read")
        log.force(try log.vault.sign(access, by: log.vault.admin), "may-not-read")
        log.force(try log.vault.sign(access, by: Person("stranger")), "unknown-actor")
        let statement = log.vault.statement(access, by: reader.fingerprint)
        let forged = try NoteSigner(name: reader.fingerprint.hex, seed: testBytes("forger"))
        log.force(try .sign(statement, with: [forged]), "missing-signature")
        log.force(
            try log.vault.sign(log.vault.export(record, for: .media), by: reader),
            "no-consent"
        )
        log.force(
            try log.vault.sign(log.vault.submit(.test("r2"), epoch: 2), by: submitter),
            "wrong-epoch"
        )
        log.force(
            try log.vault.sign(log.vault.submit(record), by: submitter),
            "repeated-record"
        )
        log.force(try log.vault.genesis, "repeated-genesis")
        log.force(try log.vault.enrol(Person("late"), by: "submitter"), "used-invite")
        let late = UTCTime(seconds: log.vault.clock.seconds + 1)
        log.force(try log.vault.sign(access, by: reader), at: late, "unrounded-time")
        let early = UTCTime(seconds: log.vault.clock.seconds - 60)
        log.force(try log.vault.sign(access, by: reader), at: early, "clock-backwards")
        log.force(Array("accepted: today\n".utf8), "unreadable-entry")
        return log
    }

    @Test("reports what builds on an entry that was not allowed")
    func consequences() async throws {
        var log = try LawlessLog()
        let intruder = try Person("intruder")
        // A submitter lets an administrator in, who then lets in another.
        let first = try log.vault.invite(.admin, "back door")
        log.force(try log.vault.sign(.invite(first), by: log.vault.submitter), "not-administrator")
        log.force(try log.vault.enrol(intruder, by: "back door"), "unknown-invite")
        let second = try log.vault.invite(.admin, "second door")
        log.force(try log.vault.sign(.invite(second), by: intruder), "unknown-actor")
        var replay = LogReplay()
        #expect(try await log.run(&replay) == log.faults)
    }

    @Test("goes on from the middle of a bundle as if it had not stopped")
    func resumes() async throws {
        var log = try LawlessLog()
        for number in 0..<300 {
            let access = log.vault.access(log.vault.record)
            let signed = try log.vault.sign(access, by: log.vault.reader)
            try log.add(signed)
            if number == 100 { log.force(signed, "repeated-statement") }
        }
        var whole = LogReplay()
        var parts = LogReplay()
        #expect(try await log.run(&whole) == log.faults)
        var found: [LawlessLog.Finding] = []
        for end in [1, 100, 256, 300, log.size] {
            found += try await log.run(&parts, to: end)
            #expect(parts.size == end)
        }
        #expect(found == log.faults)
        #expect(parts.root == whole.root)
        #expect(parts.state == whole.state)
        let isSame = parts.facts == whole.facts
        #expect(isSame)
    }

    @Test("gives the root at each size that is asked for")
    func roots() throws {
        let log = try LawlessLog()
        let path = try #require(EntryBundlePath(holding: 0, inTreeOf: log.size))
        let examined = try ExaminedBundle(
            log.bundle(path),
            at: path,
            of: 0..<log.size,
            checkedBy: VaultState()
        )
        var replay = LogReplay()
        let step = replay.take(examined, rootsAt: [1, 7, log.size, log.size + 1])
        let leaves = log.leaves.map { MerkleTree.leafHash($0) }
        #expect(step.roots.count == 3)
        for (size, root) in step.roots {
            #expect(root == MerkleTree.root(of: leaves.prefix(Int(size))))
        }
    }

    @Test("stops at a bundle from which entries are kept back")
    func missing() async throws {
        let log = try LawlessLog()
        var replay = LogReplay()
        let path = try EntryBundlePath(index: 0, width: Int(log.size))
        await #expect(throws: ReplayError.missingEntries(path, got: 1)) {
            try await replay.run(
                to: log.size,
                fetching: { _ in try log.bundle(EntryBundlePath(index: 0, width: 1)) },
                { replay, bundle in _ = replay.take(bundle) }
            )
        }
        #expect(replay.size == 0)
    }

    @Test("goes on from a snapshot as if it had not stopped")
    func snapshot() async throws {
        var log = try lawless()
        var replay = LogReplay()
        _ = try await log.run(&replay)
        var edge = TreeEdge()
        for leaf in log.leaves { edge.append(MerkleTree.leafHash(leaf)) }
        var restored = try LogReplay(parsing: replay.bytes, edge: edge)
        let isSame = restored.facts == replay.facts
        #expect(isSame && restored.state == replay.state && restored.root == replay.root)
        let before = log.faults
        let repeated = try Entry(parsing: log.leaves[Int(log.size) - 4])
        log.force(repeated.signed, "used-invite")
        let record = log.vault.record
        log.force(
            try log.vault.sign(log.vault.submit(record), by: log.vault.submitter),
            "repeated-record"
        )
        #expect(try await log.run(&restored) == Array(log.faults.dropFirst(before.count)))
        var smaller = TreeEdge()
        smaller.append(log.root)
        #expect(throws: LineError.self) { try LogReplay(parsing: replay.bytes, edge: smaller) }
        for size in [0, 10, replay.bytes.count - 1] {
            let cut = Array(replay.bytes.prefix(size))
            #expect(throws: LineError.self) { try LogReplay(parsing: cut, edge: edge) }
        }
    }

    @Test("a snapshot holds all that is known of a submission")
    func marks() throws {
        let log = try LawlessLog()
        var edge = TreeEdge()
        for leaf in log.leaves { edge.append(MerkleTree.leafHash(leaf)) }
        for (isHeld, isErased) in [(false, false), (true, false), (false, true), (true, true)] {
            var vault = log.vault
            var submission = try #require(vault.facts.submission(record: vault.record))
            // A property that is added must be written, too.
            #expect(Mirror(reflecting: submission).children.count == 10)
            submission.isHeld = isHeld
            submission.isErased = isErased
            submission.overrides = isHeld ? [.asylum, .un] : []
            submission.isReplaced = isHeld
            submission.earlier = isErased ? [.test("first"), .test("second")] : []
            vault.facts.set(submission, record: vault.record)
            let replay = LogReplay(state: vault.state, facts: vault.facts, edge: edge)
            let restored = try LogReplay(parsing: replay.bytes, edge: edge)
            #expect(restored.facts.submission(record: vault.record) == submission)
        }
    }

    @Test("remembers each of many statements and submissions")
    func facts() {
        var facts = LogFacts()
        for number in 0..<20_000 as Range<UInt64> {
            facts.add(statement: .test("statement \(number)"), at: number)
            guard number.isMultiple(of: 3) else { continue }
            let submission = Submission(
                index: number,
                caseID: .test("\(number % 7)"),
                submitter: Fingerprint(.test("\(number % 5)")),
                epoch: 1,
                classes: number.isMultiple(of: 2) ? [.court] : []
            )
            facts.set(submission, record: .test("record \(number)"))
        }
        for number in 0..<20_000 as Range<UInt64> {
            #expect(facts.statementIndex(.test("statement \(number)")) == number)
            let found = facts.submission(record: .test("record \(number)"))
            #expect(found?.index == (number.isMultiple(of: 3) ? number : nil))
        }
        #expect(facts.statementIndex(.test("statement 20000")) == nil)
    }
}
