// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// The log, judged by those who may read all of it.
@Suite(.serialized) struct AuditTests {
    /// A world in which an activist has submitted something that the lawyer has listed.
    private func told(_ body: (World, CaseID) async throws -> Void) async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let file = try world.folder.write("note.txt", Array("seen".utf8))
            _ = try await world.act(as: "activist") {
                try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
            }
            _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            try await body(world, id)
        }
    }

    private func audit(_ world: World, fully: Bool = false) async throws -> AuditReport {
        try await world.act(as: "admin") { try await $0.audit(fully: fully) }
    }

    private func expect(
        _ code: ClientError.Code,
        _ words: String,
        _ location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        let error = await #expect(throws: ClientError.self, sourceLocation: location) {
            try await body()
        }
        #expect(error?.code == code, sourceLocation: location)
        let message = error?.message ?? ""
        #expect(message.contains(words), "\(message)", sourceLocation: location)
    }

    @Test("finds nothing in an honest log, and goes on where it stopped")
    func honest() async throws {
        try await told { world, id in
            let first = try await audit(world)
            #expect(first.isClean && first.from == 0)
            #expect(first.checkpoints > 0 && UInt64(first.checkpoints) <= first.entries)
            _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            let second = try await audit(world)
            #expect(second.isClean && second.from == first.entries)
            #expect(second.entries == first.entries + 1)
            let third = try await audit(world)
            #expect(third.from == third.entries && third.root == second.root)
            let full = try await audit(world, fully: true)
            #expect(full.from == 0 && full.root == second.root)
        }
    }

    @Test("begins again where what was remembered is damaged or another's")
    func damaged() async throws {
        try await told { world, _ in
            let entries = try await audit(world).entries
            let path = world.home("admin").audit
            let sealed = try #require(try DurableFile.read(path, limit: 1 << 20))
            try DurableFile.write(Array(sealed.dropLast()), to: path)
            #expect(try await audit(world).from == 0)
            let identity = try DeviceIdentity.read(
                from: world.home("admin"),
                passphrase: World.passphrase("admin")
            )
            let other = try unsafe LogReplay().bytes.withUnsafeBytes {
                try unsafe identity.seal($0)
            }
            try DurableFile.write(other, to: path)
            #expect(try await audit(world).from == 0)
            #expect(try await audit(world).from == entries)
        }
    }

    @Test("names each entry that a daemon took in although it was not allowed")
    func lawless() async throws {
        try await told { world, id in
            let clean = try await audit(world)
            let log = try LawlessLog(of: world)
            let listed = try Entry(parsing: log.leaves[log.leaves.count - 1])
            let access = Access(
                caseID: id,
                purpose: "look",
                scope: .all,
                records: listed.signed.statement.act.records
            )
            let byAdmin = try await world.act(as: "admin") { try await $0.sign(.access(access)) }
            let admin = byAdmin.statement.actor
            log.add(byAdmin)
            log.add(listed.signed)
            log.add(Array("accepted: now\n".utf8))
            let export = Export(
                caseID: id,
                consentClass: .media,
                records: access.records,
                manifest: Hash(hashing: []),
                key: ExportKey(p256: Hash(hashing: []), ed25519: Hash(hashing: []))
            )
            log.add(try await world.act(as: "lawyer") { try await $0.sign(.export(export)) })
            log.show(in: world)
            for fully in [false, true] {
                let report = try await audit(world, fully: fully)
                #expect(report.from == (fully ? 0 : clean.entries))
                let rules = report.violations.compactMap(\.rule).joined(separator: " ")
                #expect(rules == "may-not-read repeated-statement unreadable-entry no-consent")
                #expect(report.violations.map(\.index) == Array(clean.entries..<clean.entries + 4))
                #expect(report.violations.first?.actor == admin)
                #expect(report.violationCount == 4)
            }
        }
    }

    @Test("refuses a log that does not begin with what was audited")
    func rewritten() async throws {
        try await told { world, _ in
            _ = try await audit(world)
            // As if other entries had been audited: this device's head is newer than that.
            try await world.act(as: "admin") { session in
                try await session.trust.update {
                    $0.audited = AuditPlace(
                        head: Head(size: 3, root: Hash(hashing: [])),
                        snapshot: $0.audited?.snapshot ?? ""
                    )
                }
            }
            await expect(.untrusted, "its first 3 entries are not those") {
                _ = try await audit(world)
            }
        }
    }

    @Test("refuses published checkpoints that are of another log, are kept back or do not verify")
    func checkpoints() async throws {
        try await told { world, _ in
            let log = try LawlessLog(of: world)
            try log.publish(2, root: Hash(hashing: [1]))
            log.show(in: world)
            await expect(.untrusted, "the log was forked") { _ = try await audit(world) }
            let edits: [(String, @Sendable (String) -> String)] = [
                ("keeps back the checkpoint", { _ in #"{"checkpoints":[]}"# }),
                ("do not advance", { _ in #"{"checkpoints":[],"next":1}"# }),
                ("is not to be believed", { $0.replacing(#"\n1\n"#, with: #"\n2\n"#) }),
            ]
            for (words, edit) in edits {
                world.liar.lie { exchange in
                    guard exchange.target.hasPrefix("/v1/checkpoints") else { return exchange }
                    return exchange.with(status: 200, edit(exchange.text))
                }
                await expect(.untrusted, words) { _ = try await audit(world) }
            }
        }
    }

    @Test("refuses a log of which entries are kept back")
    func keptBack() async throws {
        try await told { world, _ in
            world.liar.lie { exchange in
                guard exchange.target.hasPrefix("/tile/entries/") else { return exchange }
                return exchange.with(status: 404)
            }
            await expect(.untrusted, "the vault keeps back tile/entries/") {
                _ = try await audit(world)
            }
        }
    }

    @Test("lists what matches, with receipts that anybody can verify")
    func listing() async throws {
        try await told { world, id in
            let listing = try await world.act(as: "admin") { session in
                var filter = AuditFilter()
                filter.act = .access
                return try await session.auditedEntries(filter, of: id.hex, proved: true)
            }
            let lawyer = try await world.act(as: "lawyer") { $0.identity.fingerprint }
            #expect(listing.entries.map(\.actor) == [lawyer])
            let entry = try #require(listing.entries.first)
            #expect(entry.person == lawyer && entry.role == "reader" && entry.caseID == id.hex)
            #expect(entry.lines.contains("purpose: list"))
            let receipt = try Receipt(parsing: Array(try #require(entry.receipt).utf8))
            _ = try await world.act(as: "admin") { session in
                try receipt.verify(by: session.log.policy, for: nil)
            }
            #expect(receipt.index == entry.index)
        }
    }

    @Test("shows a page in which an entry that was not allowed stands out")
    func page() async throws {
        try await told { world, id in
            let honest = try await world.act(as: "admin") { try await $0.auditPage() }
            #expect(honest.report.isClean && honest.html.contains("Every entry was allowed."))
            #expect(honest.html.contains("<code>\(id.hex)</code>"))
            let log = try LawlessLog(of: world)
            let export = Export(
                caseID: id,
                consentClass: .media,
                records: [Hash(hashing: [1])],
                manifest: Hash(hashing: []),
                key: ExportKey(p256: Hash(hashing: []), ed25519: Hash(hashing: []))
            )
            log.add(try await world.act(as: "lawyer") { try await $0.sign(.export(export)) })
            log.show(in: world)
            let (report, html) = try await world.act(as: "admin") { try await $0.auditPage() }
            #expect(report.violationCount == 1)
            #expect(html.contains("<td>unknown-record</td>"))
            #expect(html.contains("class=\"fault\""))
        }
    }

    @Test("a watch says once what is wrong, and again when it comes back")
    func watch() async throws {
        try await told { world, id in
            try await world.act(as: "admin") { session in
                let witness = try NoteSigner(
                    name: "witness.test",
                    seed: [UInt8](repeating: 1, count: 32)
                )
                let key = try VerifierKey(
                    name: "witness.test",
                    algorithm: .cosignatureV1,
                    publicKey: witness.verifierKey.publicKey
                )
                var watch = LogWatch(
                    session,
                    witnesses: [TrustPolicy.Witness(key: key)],
                    limits: LogWatch.Limits(releasesPerDay: 0, cosignatureAge: 60)
                )
                #expect(try await watch.look().map(\.kind) == [.access, .witness])
                #expect(try await watch.look().isEmpty)
                world.liar.lie { exchange in
                    exchange.target == "/checkpoint"
                        ? exchange.with(
                            status: 200,
                            exchange.text.replacing("\n\n", with: "\n9\n\n")
                        )
                        : exchange
                }
                #expect(try await watch.look().map(\.kind) == [.untrusted])
                #expect(try await watch.look().isEmpty)
                world.liar.repent()
                #expect(try await watch.look().map(\.kind) == [.access, .witness])
            }
        }
    }

    @Test("tells those who may not read the whole log so, and asks the vault nothing")
    func refused() async throws {
        try await told { world, _ in
            for name in ["lawyer", "activist"] {
                let asked = world.liar.count
                await expect(.refused, "only administrators and auditors read the whole log") {
                    _ = try await world.act(as: name) { try await $0.audit(fully: true) }
                }
                #expect(world.liar.count == asked)
            }
        }
    }
}
