// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Foundation
import Secrets
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// What a person does with a vault, and so meets its lies.
enum Deed: CaseIterable {
    case submit, list, open, export, rotate, remove, grant, status, invite

    /// What the owner of a case does with it.
    static let ofOwner: [Deed] = [
        .list, .open, .export, .rotate, .remove, .grant, .status, .invite,
    ]
    /// What a reader does with it.
    static let ofReader: [Deed] = [.list, .open, .export, .status]
}

/// How all tests of a suite begin, which is played once.
struct Besieged: Sendable {
    @TaskLocal static var shared: Besieged?

    let scene: World.Scene
    let caseID: CaseID
    /// To revoke the lawyer, who left; the administrator `admin` has proposed it.
    let proposal: Hash

    /// Plays it.
    ///
    /// A lawyer owns a case that a monitor reads too. An activist has submitted one file to it, which both
    /// have listed. `admin`, `chair` and `clerk` are administrators, of whom two revoke together; the
    /// clerk's device has joined and seen nothing since.
    static func play() async throws -> Besieged {
        let (scene, (id, proposal)) = try await World.scene { world in
            let id = try await world.peopled()
            try await world.joinNewcomer("monitor", to: id, as: .reader)
            let monitor = try await world.fingerprint(of: "monitor")
            try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            try await world.perform(.submit, as: "activist", in: id)
            for name in ["lawyer", "monitor"] { try await world.perform(.list, as: name, in: id) }
            for name in ["chair", "clerk"] {
                try await world.joinNewcomer(name, to: id, as: .admin)
                _ = try await world.fingerprint(of: name)
            }
            _ = try await world.act(as: "admin") {
                try await $0.changePolicy(for: 3600) { $0.quorums[.revoke] = 2 }
            }
            return (id, try await world.proposeRevocation(.left))
        }
        return Besieged(scene: scene, caseID: id, proposal: proposal)
    }
}

/// Plays how the tests of a suite begin before the first of them.
struct OneScene: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Besieged.$shared.withValue(try await Besieged.play()) { try await function() }
    }
}

extension Trait where Self == OneScene {
    static var oneScene: Self { OneScene() }
}

/// A vault whose operator has everything that the daemon has: its storage, its log key, its TLS key.
extension World {
    /// Runs a test in a world of its own, with a malicious daemon, that begins as ``Besieged`` says.
    static func besieged(_ body: (World, CaseID) async throws -> Void) async throws {
        let besieged = try #require(Besieged.shared)
        try await run(from: besieged.scene) { try await body($0, besieged.caseID) }
    }

    /// Has the administrator propose to revoke the lawyer.
    func proposeRevocation(_ reason: RevokeReason) async throws -> Hash {
        let lawyer = try await fingerprint(of: "lawyer")
        let decision = try await act(as: "admin") {
            try await $0.revoke(lawyer, keys: [], reason: reason, for: 3600)
        }
        guard case .proposed(let card) = decision else { preconditionFailure("one was enough") }
        return try #require(Hash(hex: card.id))
    }

    func fingerprint(of name: String) async throws -> Fingerprint {
        try await act(as: name) { $0.identity.fingerprint }
    }

    /// Lets somebody join who has not looked at the vault yet: a submitter to the case, or another.
    func joinNewcomer(_ name: String, to id: CaseID, as role: Role = .submitter) async throws {
        let inviter = role == .submitter ? "lawyer" : "admin"
        let caseName = role == .submitter ? id.hex : nil
        let invited = try await act(as: inviter) {
            try await $0.invite(role: role, to: caseName, for: 3600).text
        }
        try await join(name, by: Invitation(parsing: invited))
    }

    /// A statement that the operator has from a person's keys.
    func signed(_ act: Act, by name: String) async throws -> SignedStatement {
        try await self.act(as: name) { try await $0.sign(act) }
    }

    /// A statement by keys that nobody was given.
    func signed(_ act: Act, by keys: DeviceIdentity) throws -> SignedStatement {
        let statement = Statement(
            vault: "vault.test",
            time: UTCTime(seconds: VaultClock.deviceTime),
            actor: keys.fingerprint,
            nonce: SystemEntropy().bytes(32),
            act: act
        )
        return try SignedStatement.sign(statement, with: [keys.noteSigner()])
    }

    /// The change of a case's key to one that the operator has.
    func usurpation(of id: CaseID) async throws -> Act {
        let view = try await act(as: "lawyer") { try await $0.view(of: id) }
        let rotation = Rotation(
            epoch: view.epoch + 1,
            recipient: HybridIdentity(random: SystemEntropy()).recipient.text,
            keyring: Hash(hashing: [1]),
            replacing: try #require(view.keyring),
            submissions: UInt64(view.submissions.count),
            packs: []
        )
        return .caseRotate(CaseRotate(caseID: id, reason: .planned, rotation: rotation))
    }

    /// A look at everything that was submitted to a case.
    func access(to id: CaseID) async throws -> Act {
        let view = try await act(as: "lawyer") { try await $0.view(of: id) }
        let records = view.submissions.map(\.submit.record)
        return .access(Access(caseID: id, purpose: "look", scope: .all, records: records))
    }

    /// Does something as a person.
    func perform(_ deed: Deed, as name: String, in id: CaseID) async throws {
        let monitor = deed == .remove ? try await fingerprint(of: "monitor") : nil
        let activist = deed == .grant ? try await fingerprint(of: "activist") : nil
        let path = folder.child(UUID().uuidString)
        try await act(as: name, pace: .once) { session in
            switch deed {
            case .submit:
                let file = try folder.write("\(UUID()).txt", Array("seen by \(name)".utf8))
                let request = SubmissionRequest(
                    caseName: id.hex,
                    files: [file],
                    consent: [.court]
                )
                _ = try await session.submit(request)
            case .list: _ = try await session.list(id.hex)
            case .open: try await session.open("1/1", of: id.hex, for: "check", to: path)
            case .export: _ = try await session.export(id.hex, for: .court, to: path)
            case .rotate: _ = try await session.rotate(id.hex, reason: .planned)
            case .remove: _ = try await session.remove(try #require(monitor), from: id.hex)
            case .grant:
                try await session.grant(try #require(activist), .submit, in: id.hex)
            case .status: _ = try await session.status()
            case .invite:
                _ = try await session.invite(role: .submitter, to: id.hex, for: 3600)
            }
        }
        #expect(deed == .open || deed == .export || !FilePath(path).exists)
    }

    /// What a person's device remembers.
    func remembered(_ name: String) throws -> [UInt8] {
        try #require(try DurableFile.read(home(name).state, limit: 1 << 24))
    }

    /// Has a person's device remember what it did before.
    func forget(_ name: String, _ before: [UInt8]) throws {
        try DurableFile.write(before, to: home(name).state)
    }

    /// Expects that a person's client refuses something, for a reason that it names.
    func refuses(
        _ deeds: [Deed],
        as name: String,
        in id: CaseID,
        _ words: String,
        code: ClientError.Code = .untrusted,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        for deed in deeds {
            try await expectRefusal("\(deed) by \(name)", words, code: code, location) {
                try await self.perform(deed, as: name, in: id)
            }
        }
    }
}

extension VaultSession {
    /// A watch over the log that has seen nothing yet.
    func watch(witnesses: [TrustPolicy.Witness] = []) -> LogWatch {
        LogWatch(
            self,
            witnesses: witnesses,
            limits: LogWatch.Limits(releasesPerDay: 9, cosignatureAge: 60)
        )
    }
}

/// Expects an error of the client that names what was found.
func expectRefusal(
    _ what: String = "",
    _ words: String,
    code: ClientError.Code = .untrusted,
    _ location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async throws {
    let error = await #expect(throws: ClientError.self, "\(what)", sourceLocation: location) {
        try await body()
    }
    guard let error else { return }
    #expect(error.code == code, "\(what): \(error.message)", sourceLocation: location)
    #expect(error.message.contains(words), "\(what): \(error.message)", sourceLocation: location)
}
