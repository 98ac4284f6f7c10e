// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

/// A vault with witnesses, opened as the daemon opens it.
private struct Watched: Sendable {
    let vault: ServedVault
    let open: OpenVault
    let publisher: WitnessPublisher
    let metrics: Metrics

    /// Lends an open vault with a policy over some witnesses.
    ///
    /// - Parameter policy: The lines of the witnesses, and the quorum.
    static func lend(
        _ policy: String,
        in vault: ServedVault,
        timeout: Duration = .seconds(60),
        refresh: Duration = .seconds(3600),
        _ body: (Watched) async throws -> Void
    ) async throws {
        let open = try await VaultFolder(vault.configuration).open(
            logger: ServedVault.quiet,
            now: vault.clock.now
        )
        let metrics = Metrics()
        let witnesses = try WitnessSet(
            parsing: policy,
            at: "policy",
            timeout: timeout
        )
        let publisher = WitnessPublisher(
            witnesses: witnesses,
            vault: open,
            interval: .milliseconds(1),
            refresh: refresh,
            metrics: metrics,
            logger: ServedVault.quiet
        )
        do {
            try await body(
                Watched(vault: vault, open: open, publisher: publisher, metrics: metrics)
            )
        } catch {
            await witnesses.close()
            await open.close()
            throw error
        }
        await witnesses.close()
        await open.close()
    }

    /// Publishes while the body runs.
    func publishing(_ body: () async throws -> Void) async throws {
        let running = Task { try await publisher.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Which checkpoints count as witnessed.
    var policy: TrustPolicy? { open.state.logKeys.flatMap(publisher.witnesses.policy) }

    /// The keys whose cosignatures the served checkpoint carries.
    var cosigners: [String] {
        let keys = publisher.witnesses.keys
        return (try? open.log.checkpoint.verified(by: keys).map(\.key.name)) ?? []
    }

    /// What is kept of a kind; only the names of files have a hyphen.
    func files(_ folder: String) -> [String] {
        let root = vault.configuration.data + "/" + folder
        let all = FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
        return all.filter { $0.contains("-") }
    }

    func enrol() async throws {
        _ = try await open.sequencer.submit(vault.enrolment(of: TestPerson(seed: 1)))
    }
}

/// Waits for something that other tasks bring about; what never does ends at the suite's time limit.
private func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}

@Suite("Before anything is signed", .timeLimit(.minutes(60))) struct WitnessStartTests {
    @Test("has the head cosigned, keeps that, and has it again when the witness is gone")
    func cosigned() async throws {
        try await ServedVault.lend { vault in
            let double = try WitnessDouble()
            let name = double.signer.verifierKey.name
            try await double.serve { url in
                let policy = double.line(url + "/") + "quorum \(name)\n"
                try await Watched.lend(policy, in: vault) { watched in
                    #expect(watched.cosigners.isEmpty)
                    try await watched.publisher.checkBeforeSigning()
                    #expect(watched.cosigners == [name])
                    #expect(watched.metrics.witnessed.value == 1)
                    #expect(watched.files("cosigned").count == 1)
                    // A receipt made now carries it, too.
                    let receipt = try await watched.open.log.receipt(for: 0)
                    let policy = try #require(watched.policy)
                    _ = try receipt.verify(
                        leaf: MerkleTree.leafHash(#require(receipt.extra)),
                        policy: policy
                    )
                }
            }
            let gone = double.line("http://127.0.0.1:1") + "quorum \(name)\n"
            try await Watched.lend(gone, in: vault) { watched in
                try await watched.publisher.checkBeforeSigning()
                #expect(watched.cosigners == [name])
                #expect(watched.metrics.witnessed.value == 1)
            }
        }
    }

    @Test("refuses to sign where a witness knows a larger tree")
    func larger() async throws {
        try await ServedVault.lend { vault in
            let honest = try WitnessDouble(seed: 9)
            let double = try WitnessDouble { _ in .plain(.conflict, "2\n") }
            try await honest.serve { first in
                try await double.serve { second in
                    let policy = honest.line(first) + double.line(second) + "quorum none\n"
                    try await Watched.lend(policy, in: vault) { watched in
                        await #expect(
                            throws: StartError.witnessKnowsMore(
                                name: "witness8.example",
                                size: 2,
                                lock: 1
                            )
                        ) { try await watched.publisher.checkBeforeSigning() }
                    }
                }
            }
        }
    }

    @Test("refuses to sign where a witness knows another root, and keeps both notes")
    func other() async throws {
        try await ServedVault.lend { vault in
            let shown = Array("what the witness shows\n".utf8)
            let double = try WitnessDouble(shown: shown) { request in
                request.oldSize == 1 ? .plain(.unprocessableContent, "") : .plain(.conflict, "1\n")
            }
            try await double.serve { url in
                try await Watched.lend(double.line(url) + "quorum none\n", in: vault) { watched in
                    await #expect(
                        throws: StartError.witnessKnowsOther(name: "witness8.example", size: 1)
                    ) { try await watched.publisher.checkBeforeSigning() }
                    let kept = Set(watched.files("forks"))
                    let ours = watched.open.log.checkpoint.bytes
                    #expect(kept == Set([ours, shown].map { "1-\(Hash(hashing: $0).hex)" }))
                }
            }
            // From now on, whether or not the witness can be asked.
            await #expect(throws: StartError.forkOnRecord(vault.configuration.path("forks"))) {
                try await Daemon(
                    vault.configuration,
                    logger: ServedVault.quiet,
                    now: vault.clock.now
                ).run { _ in Issue.record("it serves") }
            }
        }
    }

    /// Answers that must change nothing.
    enum Lie: CaseIterable {
        case wrongKey, extraKeys, nothing, garbage, hugeBody, endlessConflict, redirect
    }

    @Test("takes nothing from a witness that lies but its own good line", arguments: Lie.allCases)
    func lies(_ lie: Lie) async throws {
        try await ServedVault.lend { vault in
            let double = try WitnessDouble()
            let stranger = try WitnessDouble.signer(99)
            let own = double.signer
            double.change { request in
                switch lie {
                case .wrongKey: return try .cosigned(request, by: stranger)
                case .extraKeys: return try .cosigned(request, by: stranger, own, stranger)
                case .nothing: return .plain(.ok, "")
                case .garbage: return .plain(.ok, "— witness8.example AAAAAAAAAAAA\n\u{0}\n")
                case .hugeBody:
                    let line = String(repeating: "a", count: 1 << 20)
                    return .plain(
                        .ok,
                        try own.signature(over: request.checkpoint, time: 1).line + line
                    )
                case .endlessConflict:
                    return .plain(.conflict, request.oldSize == 0 ? "1\n" : "0\n")
                case .redirect:
                    return Response(status: .temporaryRedirect, headers: [.location: "/elsewhere"])
                }
            }
            try await double.serve { url in
                try await Watched.lend(double.line(url) + "quorum none\n", in: vault) { watched in
                    try await watched.publisher.checkBeforeSigning()
                    let lines = watched.open.log.checkpoint.signatures
                    #expect(lines.count == (lie == .extraKeys ? 2 : 1))
                    #expect(watched.cosigners == (lie == .extraKeys ? ["witness8.example"] : []))
                    #expect(watched.files("cosigned").count == (lie == .extraKeys ? 1 : 0))
                }
            }
        }
    }

    @Test("passes over a witness that is late or not there")
    func late() async throws {
        try await ServedVault.lend { vault in
            let double = try WitnessDouble(silent: Gate())
            try await double.serve { url in
                let absent = try WitnessDouble(seed: 9)
                let policy =
                    double.line(url) + absent.line("http://127.0.0.1:1") + "quorum none\n"
                try await Watched.lend(policy, in: vault, timeout: .milliseconds(50)) { watched in
                    try await watched.publisher.checkBeforeSigning()
                    #expect(watched.cosigners.isEmpty)
                }
            }
        }
    }

    @Test("refuses a policy file that cannot be used")
    func policies() async throws {
        try await ServedVault.lend { vault in
            let double = try WitnessDouble()
            for policy in ["", double.line("ftp://x") + "quorum none\n", double.line("here")] {
                #expect(throws: StartError.self) {
                    try WitnessSet(
                        parsing: policy,
                        at: "policy",
                        timeout: .seconds(1)
                    )
                }
            }
        }
    }
}

@Suite("While the vault is served", .timeLimit(.minutes(60))) struct PublishingTests {
    @Test("shows our own witness every newest checkpoint, with its proof")
    func ownWitness() async throws {
        try await ServedVault.lend { vault in
            let folder = vault.configuration.data + "-witness"
            let vkey = try WitnessFolder(folder).initialise(name: "witness.example")
            _ = try await WitnessFolder(folder).addLog(vkey: vault.invitation.contact.logKey.text)
            let (witness, lock) = try await WitnessFolder(folder).open(now: vault.clock.now)
            defer { withExtendedLifetime(lock) {} }
            let application = Application(
                router: WitnessAPI(witness: witness, logger: ServedVault.quiet).router,
                logger: ServedVault.quiet
            )
            try await application.test(.live) { client in
                let url = try "http://localhost:\(#require(client.port))"
                let policy = "witness w \(vkey) \(url)\nquorum w\n"
                try await Watched.lend(policy, in: vault) { watched in
                    try await watched.publishing {
                        try await until { watched.metrics.witnessed.value == 1 }
                        try await watched.enrol()
                        try await until { watched.metrics.witnessed.value == 2 }
                    }
                    let trusted = try #require(watched.policy).verify(
                        watched.open.log.checkpoint
                    )
                    #expect(trusted.checkpoint.size == 2)
                    #expect(Set(watched.files("cosigned").map { $0.prefix(3) }) == ["0/1", "0/2"])
                }
            }
        }
    }

    @Test("renews cosignatures while nothing happens")
    func refresh() async throws {
        try await ServedVault.lend { vault in
            let double = try WitnessDouble()
            try await double.serve { url in
                let policy = double.line(url) + "quorum none\n"
                try await Watched.lend(policy, in: vault, refresh: .zero) { watched in
                    try await watched.publishing {
                        try await until { double.requests.count >= 4 }
                    }
                    #expect(double.requests.dropFirst().allSatisfy { $0.oldSize == 1 })
                    #expect(double.requests.allSatisfy { $0.note.signatures.count == 1 })
                }
            }
        }
    }

    @Test("takes statements in while no witness answers")
    func silence() async throws {
        try await ServedVault.lend { vault in
            let double = try WitnessDouble(silent: Gate())
            try await double.serve { url in
                let policy = double.line(url) + "quorum none\n"
                try await Watched.lend(policy, in: vault) { watched in
                    try await watched.publishing {
                        try await until { double.requests.count == 1 }
                        try await watched.enrol()
                        #expect(await watched.open.isReady)
                        #expect(double.requests.count == 1)
                    }
                }
            }
        }
    }

    @Test("counts a checkpoint as witnessed with the quorum only")
    func quorum() async throws {
        try await ServedVault.lend { vault in
            let first = try WitnessDouble(seed: 8)
            let second = try WitnessDouble(seed: 9) { _ in .plain(.serviceUnavailable, "") }
            try await first.serve { one in
                try await second.serve { two in
                    let names = "witness8.example witness9.example"
                    let policy =
                        first.line(one) + second.line(two) + "group both all \(names)\n"
                        + "quorum both\n"
                    try await Watched.lend(policy, in: vault) { watched in
                        try await watched.publishing {
                            try await until {
                                watched.cosigners == ["witness8.example"]
                                    && watched.metrics.witnessFailures.value > 0
                            }
                            #expect(watched.metrics.witnessed.value == 0)
                            let signer = second.signer
                            second.change { try .cosigned($0, by: signer) }
                            try await until { watched.metrics.witnessed.value == 1 }
                        }
                    }
                }
            }
        }
    }

    @Test("stops signing when a witness knows another tree, and can still be read")
    func fork() async throws {
        try await ServedVault.lend { vault in
            let double = try WitnessDouble()
            try await double.serve { url in
                let policy = double.line(url) + "quorum none\n"
                try await Watched.lend(policy, in: vault) { watched in
                    try await watched.publishing {
                        try await until { watched.cosigners == ["witness8.example"] }
                        double.change { _ in .plain(.unprocessableContent, "") }
                        try await watched.enrol()
                        try await until { await !watched.open.isReady }
                        try await until { !watched.files("forks").isEmpty }
                    }
                    // The proof to size 2 was sent twice before it was believed to be refused.
                    let proofs = double.requests.filter { $0.checkpoint.size == 2 }
                    #expect(proofs.count == 2)
                    #expect(proofs.allSatisfy { $0.oldSize == 1 && !$0.proof.isEmpty })
                    await #expect(throws: SubmissionError.self) { try await watched.enrol() }
                    #expect(try Checkpoint(parsing: watched.open.log.checkpoint.text).size == 2)
                    _ = try await watched.open.log.receipt(for: 1)
                }
            }
        }
    }

    @Test("stops signing for a larger tree only where it is shown with this log's signature")
    func larger() async throws {
        try await ServedVault.lend { vault in
            let key = vault.configuration.path(vault.configuration.logKey)
            let secret = try SecretFile.read(key)
            let signer = try #require(SignerKey<NoteSigner>(parsing: secret)).signer
            let text = try Checkpoint(
                origin: vault.invitation.contact.logKey.name,
                size: 7,
                root: Hash(hashing: [])
            ).text
            let double = try WitnessDouble { _ in .plain(.conflict, "7\n") }
            let stranger = try NoteSigner(
                name: vault.invitation.contact.logKey.name,
                seed: [UInt8](repeating: 3, count: 32)
            )
            double.shown = try SignedNote(
                text: text,
                signatures: [stranger.signature(over: text)]
            ).bytes
            try await double.serve { url in
                let policy = double.line(url) + "quorum none\n"
                try await Watched.lend(policy, in: vault) { watched in
                    try await watched.publishing {
                        try await until { watched.metrics.witnessFailures.value >= 2 }
                        #expect(await watched.open.isReady)
                        double.shown = try SignedNote(
                            text: text,
                            signatures: [signer.signature(over: text)]
                        ).bytes
                        try await until { await !watched.open.isReady }
                        try await until { watched.files("forks").count == 2 }
                    }
                }
            }
        }
    }

    @Test("check names a cosigned copy that was changed")
    func checked() async throws {
        try await ServedVault.lend { vault in
            let double = try WitnessDouble()
            try await double.serve { url in
                let policy = double.line(url) + "quorum none\n"
                try await Watched.lend(policy, in: vault) { watched in
                    try await watched.publisher.checkBeforeSigning()
                }
            }
            #expect(try await vault.damaged() == [])
            let data = vault.configuration.data
            let names = try FileManager.default.contentsOfDirectory(atPath: data + "/cosigned/0/1")
            let path = try "cosigned/0/1/" + #require(names.first)
            let file = URL(filePath: data + "/" + path)
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("\n1\n", with: "\n2\n").utf8).write(to: file)
            #expect(try await vault.damaged() == [path])
        }
    }
}
