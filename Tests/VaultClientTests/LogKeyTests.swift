// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

@Suite(.timeLimit(.minutes(60))) struct LogKeyTests {
    @Test(
        "a device that was away during the whole overlap follows, and an older one no longer signs"
    )
    func away() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let before = try await world.submitNote(id)
            let handover = try await world.handOver()
            try await world.retire()
            // Only now the activist is back.
            let after = try await world.submitNote(id, "again.txt")
            #expect(after.index > before.index)
            for name in ["activist", "lawyer"] {
                let card = try await world.act(as: name) {
                    _ = try await $0.catchUp()
                    return await $0.card()
                }
                #expect(card.logKey == handover.new.text)
            }
            // It is remembered.
            let keys = try await world.act(as: "activist") { $0.log.keys.value }
            #expect(keys.terms.map(\.key) == [handover.old, handover.new])
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.count == 2)
        }
    }

    @Test("a key is followed over several handovers at once")
    func twice() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            _ = try await world.handOver()
            try await world.retire()
            let second = try await world.handOver()
            try await world.retire()
            _ = try await world.submitNote(id)
            let keys = try await world.act(as: "activist") { $0.log.keys.value }
            #expect(keys.terms.count == 3 && keys.current == second.new)
        }
    }

    @Test("an invitation of before is good after the key changed, also twice")
    func oldInvitation() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let invited = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600).text
            }
            let invitation = try Invitation(parsing: invited)
            let first = try await world.handOver()
            #expect(invitation.contact.logKey == first.old)
            try await world.join("early", by: invitation)
            let second = try await world.act(as: "lawyer") {
                try await $0.invite(role: .submitter, to: id.hex, for: 3600).text
            }
            try await world.retire()
            let last = try await world.handOver()
            try await world.retire()
            try await world.join("late", by: Invitation(parsing: second))
            for name in ["early", "late"] {
                _ = try await world.act(as: name) { try await $0.cases() }
                let keys = try await world.act(as: name) { await $0.trust.state.knownLogKeys }
                let all = [first.old, first.new, last.new]
                #expect(keys?.terms.map(\.key) == all)
            }
        }
    }

    @Test("an audit goes over both keys, also of an auditor who joined under the second")
    func audit() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let handover = try await world.handOver()
            _ = try await world.submitNote(id)
            try await world.retire()
            let made = try await world.act(as: "admin") {
                try await $0.invite(role: .auditor, to: nil, for: 3600).text
            }
            let invitation = try Invitation(parsing: made)
            #expect(invitation.contact.logKey == handover.new)
            try await world.join("auditor", by: invitation)
            for name in ["admin", "auditor"] {
                let report = try await world.act(as: name) { try await $0.audit(fully: true) }
                #expect(report.isClean)
                let keys = try await world.act(as: name) { $0.log.keys.value }
                #expect(keys.terms.map(\.key) == [handover.old, handover.new])
            }
        }
    }

    @Test(
        "receipts and exports from before stay good, for whoever trusts the old key or the new one"
    )
    func bundles() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            _ = try await world.submitNote(id)
            let old = try await world.act(as: "lawyer") {
                try await $0.view(of: id).entries[0].receipt
            }
            let handover = try await world.handOver()
            try await world.retire()
            let policy = try await world.act(as: "lawyer") {
                _ = try await $0.catchUp()
                return $0.log.policy
            }
            #expect(throws: Never.self) { try Receipt(parsing: old).verify(by: policy) }
            let bundle = world.folder.child("bundle")
            _ = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .court, to: bundle)
            }
            let trust = try await world.act(as: "lawyer") { $0.trustFile }
            #expect(trust.contains("# sizes from 0 to ") && trust.contains(handover.old.text))
            let stranger = try NoteSigner(
                name: handover.old.name,
                seed: [UInt8](repeating: 7, count: 32)
            ).verifierKey
            for (policy, isGood) in [
                (TrustPolicy(logs: [.init(key: handover.old)]), true),
                (TrustPolicy(logs: [.init(key: handover.new)]), true),
                (try TrustPolicy(parsing: Array(trust.utf8)), true),
                (TrustPolicy(logs: [.init(key: stranger)]), false),
            ] {
                let report = BundleVerifier(bundle).report(trusting: policy)
                #expect(report.isVerified == isGood, "\(report.lines)")
            }
            // The key before did not sign for the one after it.
            let path = bundle + "/log/keys.txt"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(
                try LogKeyHistory(parsing: text).keys.terms.map(\.key) == [
                    handover.old, handover.new,
                ]
            )
        }
    }

    @Test("a card that is not from the key in force is not proposed")
    func cards() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let key = try await world.act(as: "admin") { $0.log.keys.value.current }
            let thief = try NoteSigner(name: key.name, seed: [UInt8](repeating: 7, count: 32))
            let card = try LogHandover(from: thief, to: thief)
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "admin") {
                    try await $0.changeLogKey(to: card, for: 3600)
                }
            }
            #expect(error?.code == .failed)
            #expect(error?.message.contains("another key than the one that signs") == true)
        }
    }

    @Test("what a device remembered before the log's key ever changed is read as one key")
    func oldState() throws {
        let key = try NoteSigner(name: "vault.test", seed: [UInt8](repeating: 7, count: 32))
            .verifierKey
        let json = """
            {"address":"https://a","cases":[],"genesis":"","head":{"root":"\(Hash(hashing: []).hex)",\
            "size":1},"invitation":"","isEnrolled":true,"logKey":"\(key)","role":"admin",\
            "tlsKey":"\(Hash(hashing: []).hex)","vault":"vault.test"}
            """
        var state = try JSONDecoder().decode(DeviceState.self, from: Data(json.utf8))
        #expect(state.knownLogKeys == LogKeys(key))
        let next = try NoteSigner(name: "vault.test", seed: [UInt8](repeating: 8, count: 32))
        let keys = try #require(
            LogKeys([.init(key: key, since: 0), .init(key: next.verifierKey, since: 9)])
        )
        state.learn(keys)
        let again = try JSONDecoder().decode(DeviceState.self, from: JSONEncoder().encode(state))
        #expect(again.knownLogKeys == keys)
    }
}

@Suite(.timeLimit(.minutes(60))) struct FreezeTests {
    @Test(
        "after a freeze nothing is accepted, everybody is told who follows, and the log can be read"
    )
    func frozen() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            _ = try await world.submitNote(id)
            let (effects, decision) = try await world.act(as: "admin") {
                try await $0.freeze(for: "vault.second", for: 3600)
            }
            #expect(effects.contains("it names the vault that takes its place: vault.second"))
            guard case .logged(let index) = decision else {
                Issue.record("one administrator is enough")
                return
            }
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.submitNote(id, "again.txt")
            }
            #expect(error?.code == .refused)
            #expect(
                error?.message.contains("frozen by its administrators, in entry \(index)") == true
            )
            #expect(error?.hint?.contains("\"vault.second\"") == true)
            let reading = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
            #expect(reading?.message == error?.message)
            let view = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            #expect(view.submissions.count == 1)
            let report = try await world.act(as: "admin") { try await $0.audit(fully: true) }
            #expect(report.isClean)
        }
    }
}

extension World {
    @discardableResult
    fileprivate func submitNote(
        _ id: CaseID,
        _ name: String = "note.txt"
    ) async throws -> SubmissionResult {
        let file = try folder.write(name, Array("seen by \(name)".utf8))
        return try await act(as: "activist") {
            try await $0.submit(
                SubmissionRequest(caseName: id.hex, files: [file], consent: [.court])
            )
        }
    }
}
