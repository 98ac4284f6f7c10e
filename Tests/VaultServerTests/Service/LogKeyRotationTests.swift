// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite("The log's key changes hands", .timeLimit(.minutes(60)))
struct LogKeyRotationTests {
    @Test("the same card is printed each time, and no key that lies there is overwritten")
    func card() async throws {
        try await KeyedVault.lend { vault in
            let card = try await vault.handOver()
            let handover = try LogHandover(parsing: card)
            #expect(handover.isValid && handover.old == vault.served.invitation.contact.logKey)
            #expect(try await vault.handOver() == card)
            // A crash while the key was made left half of it, under another name.
            try FileManager.default.removeItem(atPath: vault.files.nextPath)
            try Data("PRIVATE+K".utf8).write(to: URL(filePath: vault.files.nextPath + ".new"))
            let again = try LogHandover(parsing: try await vault.handOver())
            #expect(again.new != handover.new && again.isValid)
            let mode = try FileManager.default.attributesOfItem(atPath: vault.files.nextPath)
            #expect(mode[.posixPermissions] as? Int == 0o600)
            #expect(!FileManager.default.fileExists(atPath: vault.files.nextPath + ".new"))
        }
    }

    @Test("from its entry on both keys sign, the old one first; before it only the old one")
    func overlap() async throws {
        try await KeyedVault.lend { vault in
            let handover = try LogHandover(parsing: try await vault.handOver())
            try await vault.open { open in
                #expect(try vault.signers(of: open.log.checkpoint) == [handover.old])
                let receipt = try await vault.change(handover, in: open)
                #expect(try vault.signers(of: receipt.checkpoint) == [handover.old, handover.new])
                #expect(open.state.logKeys?.current == handover.new)
                let policy = TrustPolicy(logs: open.state.logKeys?.logs ?? [])
                #expect(throws: Never.self) { try policy.verify(receipt.checkpoint) }
                // Whoever knows only the old key finds the way for as long as both sign.
                let old = TrustPolicy(logs: [.init(key: handover.old)])
                #expect(throws: Never.self) { try old.verify(receipt.checkpoint) }
            }
            #expect(try await vault.served.check().findings == [])
        }
    }

    @Test("killed between the entry and the moving of the files, it starts with the right keys")
    func killed() async throws {
        try await KeyedVault.lend { vault in
            let handover = try LogHandover(parsing: try await vault.handOver())
            try await vault.open { try await vault.change(handover, in: $0) }
            try await vault.open { open in
                let receipt = try await vault.invite(in: open)
                #expect(try vault.signers(of: receipt.checkpoint) == [handover.old, handover.new])
            }
            // The old key is destroyed, and the new one has not got its name.
            _ = try await freeEngine(in: vault.served.configuration.data)
            try SecretFile.destroy(vault.files.path)
            try await vault.open { open in
                let receipt = try await vault.invite(in: open)
                #expect(try vault.signers(of: receipt.checkpoint) == [handover.new])
            }
            #expect(try await vault.retire() == handover.new.text)
            #expect(!FileManager.default.fileExists(atPath: vault.files.nextPath))
            try await vault.open { open in
                let receipt = try await vault.invite(in: open)
                #expect(try vault.signers(of: receipt.checkpoint) == [handover.new])
            }
            #expect(try await vault.served.check().findings == [])
        }
    }

    @Test("refuses to start without the private key that the log says is in force, and names it")
    func missing() async throws {
        try await KeyedVault.lend { vault in
            let handover = try LogHandover(parsing: try await vault.handOver())
            try await vault.open { try await vault.change(handover, in: $0) }
            let next = vault.files.nextPath
            try FileManager.default.moveItem(atPath: next, toPath: next + ".away")
            await #expect {
                try await vault.open { _ in }
            } throws: { error in
                guard case OpeningError.missingLogKey(handover.new) = error else { return false }
                return "\(error)".contains(handover.new.text)
            }
            // Once the old one signs no more, it does not open the vault at all.
            try FileManager.default.moveItem(atPath: next + ".away", toPath: next)
            let old = try Data(contentsOf: URL(filePath: vault.files.path))
            _ = try await vault.retire()
            try await vault.open { _ = try await vault.invite(in: $0) }
            try old.write(to: URL(filePath: vault.files.path))
            await #expect {
                try await vault.open { _ in }
            } throws: { error in
                let name = handover.new.text.split(separator: "+").prefix(2).joined(separator: "+")
                guard case OpeningError.foreignLock(let reason) = error else { return false }
                return reason.contains(name)
            }
        }
    }

    @Test("is not handed to a key that is not on the machine")
    func absent() async throws {
        try await KeyedVault.lend { vault in
            let handover = try LogHandover(parsing: try await vault.handOver())
            try FileManager.default.removeItem(atPath: vault.files.nextPath)
            try await vault.open { open in
                let error = await #expect(throws: SubmissionError.self) {
                    try await vault.change(handover, in: open)
                }
                guard case .missingLogKey = error else {
                    Issue.record("\(error as Any)")
                    return
                }
                #expect(open.state.logKeys?.current == handover.old)
                _ = try await vault.invite(in: open)
            }
        }
    }

    @Test("a key that was made while the vault is served is found")
    func whileServed() async throws {
        try await KeyedVault.lend { vault in
            try await vault.open { open in
                let handover = try LogHandover(parsing: try await vault.handOver())
                try await vault.change(handover, in: open)
                #expect(open.state.logKeys?.current == handover.new)
                await #expect(throws: StorageError.self) { try await vault.rotation.retire() }
            }
        }
    }

    @Test("the old key is not destroyed before the log says that the new one is in force")
    func early() async throws {
        try await KeyedVault.lend { vault in
            await #expect(throws: StartError.noNextLogKey(vault.files.nextPath)) {
                try await vault.retire()
            }
            let handover = try LogHandover(parsing: try await vault.handOver())
            let old = try Data(contentsOf: URL(filePath: vault.files.path))
            await #expect(throws: StartError.nextLogKeyNotInForce(handover.new.text)) {
                try await vault.retire()
            }
            #expect(try Data(contentsOf: URL(filePath: vault.files.path)) == old)
            try await vault.open { try await vault.change(handover, in: $0) }
            await #expect(throws: StartError.nextLogKeyInForce) { try await vault.handOver() }
            _ = try await vault.retire()
            // And the next time.
            let next = try LogHandover(parsing: try await vault.handOver())
            #expect(next.old == handover.new)
            try await vault.open { try await vault.change(next, in: $0) }
            _ = try await vault.retire()
            #expect(try await vault.served.check().findings == [])
        }
    }

    @Test("a check finds a checkpoint that only the old key signed after the handover")
    func stolen() async throws {
        try await KeyedVault.lend { vault in
            let handover = try LogHandover(parsing: try await vault.handOver())
            try await vault.open { open in
                try await vault.change(handover, in: open)
                _ = try await vault.invite(in: open)
            }
            let path = vault.served.configuration.path("checkpoints/0/3")
            let note = try SignedNote(parsing: Array(Data(contentsOf: URL(filePath: path))))
            #expect(try vault.signers(of: note) == [handover.old, handover.new])
            let alone = try SignedNote(text: note.text, signatures: [note.signatures[0]])
            try Data(alone.bytes).write(to: URL(filePath: path))
            #expect(try await vault.served.check().findings.map(\.subject) == ["checkpoints/0/3"])
        }
    }
}

@Suite("A round that hands over the log", .timeLimit(.minutes(60)))
struct LogKeyFaultTests {
    @Test(
        "whatever write fails, the vault starts with the right keys and no size has two roots",
        arguments: FaultyEngine.Fault.allCases
    )
    func everyWrite(_ fault: FaultyEngine.Fault) async throws {
        try await withFolder(inMemory: true) { folder in
            let next = try NoteSigner(
                name: "vault.example/log",
                seed: [UInt8](repeating: 9, count: 32)
            )
            let template = folder + "/template"
            try FileManager.default.createDirectory(
                atPath: template,
                withIntermediateDirectories: true
            )
            let vault = try SequencerVault(in: template)
            try await vault.create()
            try await vault.submit(1...1)
            let keys = [vault.signer.verifierKey, next.verifierKey]
            func signers() -> LogSigners {
                LogSigners([vault.signer, next], origin: vault.signer.verifierKey.name) { [] }
            }
            for number in 1...12 {
                let copy = folder + "/\(number)"
                try FileManager.default.copyItem(atPath: template, toPath: copy)
                let vault = try SequencerVault(in: copy)
                let change = try vault.handover(to: next)
                do {
                    let engine = try FaultyEngine(
                        await freeEngine(in: copy),
                        in: copy,
                        failing: (number, fault, .dies)
                    )
                    if let open = try? await vault.open(engine.faulty, signers: signers()) {
                        _ = try? await open.sequencer.submit(change)
                        await open.close()
                    }
                }
                do {
                    let open = try await vault.open(signers: signers())
                    let again = try await open.sequencer.submit(change)
                    let logKeys = try #require(open.state.logKeys)
                    #expect(logKeys.current == next.verifierKey)
                    let policy = TrustPolicy(logs: logKeys.logs)
                    #expect(try policy.verify(again.checkpoint).checkpoint.size == again.index + 1)
                    let signed = try again.checkpoint.verified(by: keys).map(\.key)
                    #expect(signed == keys, "write \(number)")
                    await open.close()
                }
                let report = try await vault.check(keys: keys)
                #expect(report.findings == [], "write \(number)")
                try FileManager.default.removeItem(atPath: copy)
            }
        }
    }
}

extension SequencerVault {
    /// The statement by which the administrator hands the log to another key.
    fileprivate func handover(to next: NoteSigner) throws -> [UInt8] {
        let admin = try TestPerson(seed: 1)
        let change = LogKeyChange(
            expires: .latest,
            handover: try LogHandover(from: signer, to: next)
        )
        return try sign(.logKey(change), by: admin.record.fingerprint, with: [admin.signer])
            .note.bytes
    }
}

/// A vault that an administrator has joined, and its key files.
private struct KeyedVault {
    let served: ServedVault
    let admin: TestPerson

    var rotation: LogKeyRotation { LogKeyRotation(served.configuration) }
    var files: LogKeyFiles { LogKeyFiles(served.configuration) }

    static func lend(_ body: (KeyedVault) async throws -> Void) async throws {
        try await ServedVault.lend { served in
            let vault = KeyedVault(served: served, admin: try TestPerson(seed: 1))
            try await vault.open { open in
                _ = try await open.sequencer.submit(served.enrolment(of: vault.admin))
            }
            try await body(vault)
        }
    }

    func open(_ body: (OpenVault) async throws -> Void) async throws {
        // Tasks of the vault that was closed let go of the folder a little later.
        _ = try await freeEngine(in: served.configuration.data)
        let open = try await VaultFolder(served.configuration).open(
            logger: ServedVault.quiet,
            now: served.clock.now
        )
        do { try await body(open) } catch {
            await open.close()
            throw error
        }
        await open.close()
    }

    func handOver() async throws -> String { try await rotation.handOver() }

    func retire() async throws -> String {
        _ = try await freeEngine(in: served.configuration.data)
        return try await rotation.retire()
    }

    @discardableResult
    func change(_ handover: LogHandover, in open: OpenVault) async throws -> TlogProof {
        let change = LogKeyChange(expires: .latest, handover: handover)
        return try await open.sequencer.submit(served.sign(.logKey(change), by: admin))
    }

    func invite(in open: OpenVault) async throws -> TlogProof {
        let key = try TestPerson.inviteSigner(Int(open.state.size)).verifierKey.publicKey
        let invite = Invite(role: .auditor, caseID: nil, inviteKey: key, expires: .latest)
        return try await open.sequencer.submit(served.sign(.invite(invite), by: admin))
    }

    /// Which of the keys that lie here, and the invitation's, signed a checkpoint, in the order of the lines.
    func signers(of note: SignedNote) throws -> [VerifierKey] {
        let held = try? VaultFolder(served.configuration).signers().verifierKeys
        return try note.verified(by: Array(Set([served.invitation.contact.logKey] + (held ?? []))))
            .map(
                \.key
            )
    }
}
