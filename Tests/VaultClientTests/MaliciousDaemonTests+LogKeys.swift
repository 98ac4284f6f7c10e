// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// Keys of the log that did not take over, or that should no longer sign.
extension MaliciousDaemonTests {
    // MARK: The log's key

    @Test("hands its log over to a key of its own", arguments: LogKeyTheft.allCases)
    func stolenLog(theft: LogKeyTheft) async throws {
        try await World.besieged { world, id in
            if theft == .tooFew {
                _ = try await world.act(as: "admin") {
                    try await $0.changePolicy(for: 3600) { $0.quorums[.logKey] = 2 }
                }
            }
            let log = try LawlessLog(of: world)
            let thief = try NoteSigner.thief(of: log)
            let change = LogKeyChange(
                expires: UTCTime(seconds: VaultClock.deviceTime + 3600),
                handover: try theft == .unsigned
                    ? .forged(from: log.signer.verifierKey, to: thief)
                    : LogHandover(from: log.signer, to: thief)
            )
            let newest = log.add(
                try await world.signed(.logKey(change), by: theft.accomplice),
                shownAt: "/v1/governance/entries"
            )
            log.show(in: world)
            // The keys that this device knows are in force sign it, or not, or both do.
            for signers in [[log.signer], [thief], [log.signer, thief]] {
                log.sign(with: signers)
                let words = "entry \(newest) is not one that the vault's rules allow"
                for words in [words, theft.words] {
                    try await world.refuses([.submit, .status], as: "activist", in: id, words)
                    try await world.refuses([.list, .rotate], as: "lawyer", in: id, words)
                    try await world.refuses([.export], as: "monitor", in: id, words)
                }
            }
            // To whom it is not shown as a decision, an audit names it.
            log.sign(with: [log.signer])
            log.hide { index, _ in index == newest }
            let report = try await world.act(as: "admin") { try await $0.audit(fully: false) }
            #expect(report.violations.map(\.rule) == [theft.rule])
        }
    }

    @Test("signs with a key to which no entry hands over")
    func unknownLogKey() async throws {
        try await World.besieged { world, id in
            let invited = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600).text
            }
            let log = try LawlessLog(of: world)
            let thief = try NoteSigner.thief(of: log)
            log.show(in: world)
            log.sign(with: [thief])
            let words = "the checkpoint is not signed by the log key of the invitation"
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
            let size = log.size
            try await expectRefusal("join", words) {
                try await world.join("newcomer", by: Invitation(parsing: invited), pace: .once)
            }
            #expect(log.size == size)
            // A line that nobody knows, beside that of the key in force, says nothing.
            log.sign(with: [log.signer, thief])
            try await world.perform(.status, as: "lawyer", in: id)
            let keys = try await world.act(as: "lawyer") { $0.log.keys.value }
            #expect(keys == LogKeys(log.signer.verifierKey))
        }
    }

    @Test("keeps back that its log's key changed hands, while the new key signs")
    func withheldHandover() async throws {
        try await World.besieged { world, id in
            try await world.handOver()
            try await world.retire()
            // Now the new key signs alone.
            try await world.perform(.submit, as: "activist", in: id)
            world.liar.lie { $0.path.hasPrefix("/v1/governance/") ? $0.keepingBack(.logKey) : $0 }
            let words = "the checkpoint is not signed by the log key of the invitation"
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
            // Who has seen it misses it, as an entry or as what it did.
            for (name, words) in [
                ("activist", ", about its administrators, which this device has seen"),
                ("admin", "another history of its keys than the one that this device knows"),
            ] {
                try await expectRefusal("policy by \(name)", words) {
                    _ = try await world.act(as: name) { try await $0.policy() }
                }
            }
            world.liar.repent()
            try await world.perform(.list, as: "lawyer", in: id)
        }
    }

    @Test("goes on with the log's old key after it was handed over")
    func oldLogKey() async throws {
        try await World.besieged { world, id in
            try await world.handOver()
            for name in ["lawyer", "monitor", "activist"] {
                try await world.perform(.status, as: name, in: id)
            }
            let log = try LawlessLog(of: world)
            log.hide { $1.act.name == .logKey }
            log.show(in: world)
            let words = "is not signed by the log key that is in force for its size"
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
            // For a device that was shown neither, nothing has changed: whoever reads the whole log sees it.
            _ = try await world.act(as: "clerk") { try await $0.catchUp() }
            try await expectRefusal("audit", "by its entries the log is in the hands of the key") {
                _ = try await world.act(as: "clerk") { try await $0.audit(fully: true) }
            }
        }
    }

    @Test("hands its log over to one key before some people, and to another before others")
    func otherLogKeys() async throws {
        try await World.besieged { world, id in
            let log = try LawlessLog(of: world)
            try await world.handOver()
            try await world.perform(.status, as: "lawyer", in: id)
            let thief = try NoteSigner.thief(of: log)
            let change = LogKeyChange(
                expires: UTCTime(seconds: VaultClock.deviceTime + 3600),
                handover: try LogHandover(from: log.signer, to: thief)
            )
            log.add(try await world.signed(.logKey(change), by: "admin"))
            log.sign(with: [thief])
            log.show(in: world)
            let words = "another history of its keys than the one that this device knows"
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
        }
    }

    @Test("shows whoever joins handovers that were not signed, or none, or from another size on")
    func joiningAfterHandover() async throws {
        try await World.besieged { world, id in
            let invited = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600).text
            }
            let invitation = try Invitation(parsing: invited)
            try await world.handOver()
            let size = try LawlessLog(of: world).size
            try await world.retire()
            // Now the new key signs alone.
            try await world.perform(.submit, as: "activist", in: id)
            let lies: [(String, @Sendable (LyingVault.Exchange) -> LyingVault.Exchange)] = [
                (
                    "what the vault shows of its log's keys is not to be believed",
                    { $0.editingLine("handover") { String($0.reversed()) } }
                ),
                ("is not signed by the log key of the invitation", { $0.with(status: 404) }),
                (
                    "is not signed by the log key that is in force for its size",
                    { $0.editingLine("since") { _ in "\(size + 100)" } }
                ),
            ]
            for (words, lie) in lies {
                world.liar.lie { $0.path == "/v1/log-keys" ? lie($0) : $0 }
                let posted = world.liar.count(of: "/v1/statements")
                let error = await #expect(throws: ClientError.self) {
                    try await world.join("newcomer", by: invitation, pace: .once)
                }
                #expect(error?.code == .untrusted && error?.message.contains(words) == true)
                #expect(error?.hint?.contains("ask for a new line to join by") == true)
                #expect(world.liar.count(of: "/v1/statements") == posted)
            }
            // Where only the size is another, the entries say so, which only members see.
            world.liar.lie { exchange in
                guard exchange.path == "/v1/log-keys" else { return exchange }
                return exchange.editingLine("since") { _ in "\(size - 2)" }
            }
            try await expectRefusal("join", "another history of its keys") {
                try await world.join("newcomer", by: invitation, pace: .once)
            }
            world.liar.repent()
            try await world.join("newcomer", by: invitation, pace: .once)
        }
    }

    @Test("shows a handover that it does not prove to be in its log")
    func unprovedHandover() async throws {
        try await World.besieged { world, id in
            try await world.handOver()
            try await world.retire()
            world.liar.lie { exchange in
                guard exchange.path.hasPrefix("/v1/governance/") else { return exchange }
                return exchange.editingEntries { page in
                    guard let last = page.receipts.popLast(),
                        let proof = try? TlogProof(parsing: Array(last.utf8))
                    else { return }
                    let unproved = TlogProof(
                        index: proof.index,
                        hashes: proof.hashes.reversed(),
                        checkpoint: proof.checkpoint,
                        extra: proof.extra
                    )
                    page.receipts.append(unproved.text)
                }
            }
            let words = "the log's key is said to have changed hands, but entry "
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
            try await world.refuses([.list, .rotate], as: "lawyer", in: id, words)
        }
    }
}

/// How a daemon makes itself a key of the log.
enum LogKeyTheft: CaseIterable {
    case unsigned, byNobody, tooFew

    /// Whose keys it has.
    var accomplice: String { self == .byNobody ? "monitor" : "admin" }

    /// What the client finds.
    var words: String {
        switch self {
        case .unsigned: "the old or the new key of the log did not sign the handover"
        case .byNobody: "the actor is not enrolled"
        case .tooFew: "fewer administrators signed than the vault's policy asks for"
        }
    }

    /// What an audit finds.
    var rule: String {
        switch self {
        case .unsigned: "wrong-handover"
        case .byNobody: "not-administrator"
        case .tooFew: "quorum-missing"
        }
    }
}

extension LyingVault.Exchange {
    /// An answer in lines, with another value in one of them.
    fileprivate func editingLine(_ key: String, _ edit: (Substring) -> String) -> Self {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix(key + ": ")
                ? "\(key): \(edit(line.dropFirst(key.count + 2)))" : String(line)
        }
        return with(status: 200, lines.joined(separator: "\n"))
    }
}

extension NoteSigner {
    /// A key that is none of a log's, in its name.
    fileprivate static func thief(of log: LawlessLog) throws -> NoteSigner {
        try NoteSigner(name: log.signer.verifierKey.name, seed: [UInt8](repeating: 7, count: 32))
    }
}

extension LogHandover {
    /// A handover from a key that did not sign it.
    fileprivate static func forged(
        from old: VerifierKey,
        to new: NoteSigner
    ) throws -> LogHandover {
        let card = try LogHandover(from: new, to: new).card
        return try LogHandover(
            parsing: card.replacing("old: \(new.verifierKey)", with: "old: \(old)")
        )
    }
}
