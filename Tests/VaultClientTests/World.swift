// SPDX-License-Identifier: Apache-2.0

import Age
import Foundation
import Secrets
import Synchronization
import Vault
import VaultServer

@testable import VaultClient

/// A vault, the line to it, and the people who use it.
///
/// What a client sends goes through a line that can be cut, then through a daemon that can lie, to
/// the real one.
final class World: Sendable {
    let folder: TemporaryFolder
    let line: CuttingProxy
    let liar: LyingVault
    let invitation: Invitation
    private let served: Mutex<TestVault>
    private let identities: Mutex<[String: DeviceIdentity]>
    private let isTLS: Bool

    /// Makes a world, runs a test in it, and ends it.
    ///
    /// - Parameters:
    ///   - tls: Without the daemon that can lie.
    ///   - malicious: With it, and it has the vault's TLS key.
    ///   - quota: Bytes that a member may have pending.
    ///   - body: The test.
    static func run(
        tls: Bool = false,
        malicious: Bool = false,
        quota: Int? = nil,
        _ body: (World) async throws -> Void
    ) async throws {
        let world = try await World(tls: tls, malicious: malicious, quota: quota)
        do {
            try await body(world)
        } catch {
            await world.stop()
            throw error
        }
        await world.stop()
    }

    private init(tls: Bool, malicious: Bool, quota: Int?) async throws {
        isTLS = tls
        identities = Mutex([:])
        folder = try TemporaryFolder()
        // The address stands in the invitation, so the line's port must be known first.
        line = try await CuttingProxy.start()
        let data = folder.child("data")
        invitation = try await TestVault.make(
            in: data,
            address: "\(tls || malicious ? "https" : "http")://127.0.0.1:\(line.port)",
            tls: tls
        )
        liar = try await LyingVault.start(withKeyOf: malicious ? data : nil)
        var configuration = TestVault.configuration(data, tls: tls)
        if let quota { configuration.pendingQuota.bytes = quota }
        let vault = try await TestVault.start(configuration)
        served = Mutex(vault)
        connect(vault)
    }

    /// The folder of a malicious world, and its people, as others begin with them.
    struct Scene: Sendable {
        fileprivate let folder: TemporaryFolder
        fileprivate let invitation: Invitation
        fileprivate let identities: [String: DeviceIdentity]
    }

    /// Plays something in a malicious world, and keeps how that ended.
    static func scene<Result>(
        _ body: (World) async throws -> Result
    ) async throws -> (Scene, Result) {
        let world = try await World(tls: false, malicious: true, quota: nil)
        do {
            let result = try await body(world)
            await world.stop()
            let identities = world.identities.withLock { $0 }
            let scene = Scene(
                folder: world.folder,
                invitation: world.invitation,
                identities: identities
            )
            return (scene, result)
        } catch {
            await world.stop()
            throw error
        }
    }

    /// Makes a world that goes on from a scene, runs a test in it, and ends it.
    static func run(from scene: Scene, _ body: (World) async throws -> Void) async throws {
        let world = try await World(scene)
        do {
            try await body(world)
        } catch {
            await world.stop()
            throw error
        }
        await world.stop()
    }

    private init(_ scene: Scene) async throws {
        isTLS = false
        identities = Mutex(scene.identities)
        invitation = scene.invitation
        folder = try TemporaryFolder()
        for name in ["data"] + scene.identities.keys {
            try FileManager.default.copyItem(
                atPath: scene.folder.child(name),
                toPath: folder.child(name)
            )
        }
        let data = folder.child("data")
        line = try await CuttingProxy.start()
        liar = try await LyingVault.start(withKeyOf: data)
        let vault = try await TestVault.start(TestVault.configuration(data, tls: false))
        served = Mutex(vault)
        connect(vault)
        // The vault answers at another port than it did in the scene.
        for (name, identity) in scene.identities {
            guard var state = try DeviceState.read(from: home(name), with: identity) else {
                continue
            }
            state.address = "https://127.0.0.1:\(line.port)"
            try state.write(to: home(name), for: identity)
        }
    }

    private func connect(_ vault: TestVault) {
        liar.follow(vault.port)
        line.connect(to: isTLS ? vault.port : liar.port)
    }

    private func stop() async {
        await line.close()
        await liar.stop()
        await served.withLock { $0 }.stop()
    }

    /// Stops the daemon, lets the vault's folder be copied or changed, and serves what is there.
    func restart(
        from name: String = "data",
        _ change: () async throws -> Void = {}
    ) async throws {
        await served.withLock { $0 }.stop()
        await waitUntilFree()
        try await change()
        await waitUntilFree()
        let configuration = TestVault.configuration(folder.child(name), tls: isTLS)
        let vault = try await TestVault.start(configuration)
        served.withLock { $0 = vault }
        connect(vault)
    }

    /// Waits until nobody has the vault's folder: a task that was told to end may have it a little longer.
    private func waitUntilFree() async {
        let path = folder.child("data")
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            DispatchQueue.global().async {
                let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                flock(descriptor, LOCK_EX)
                close(descriptor)
                done.resume()
            }
        }
    }

    /// Where the daemon itself answers.
    var port: Int { served.withLock { $0.port } }

    /// The daemon's, over the folder that is served first.
    var configuration: ServerConfiguration {
        TestVault.configuration(folder.child("data"), tls: isTLS)
    }

    /// Copies the vault's folder; only while the daemon is stopped.
    func copyData(to name: String) throws {
        try FileManager.default.copyItem(
            atPath: folder.child("data"),
            toPath: folder.child(name)
        )
    }

    /// A person's home folder.
    func home(_ name: String) -> DeviceHome {
        guard let home = DeviceHome(path: folder.child(name)) else {
            preconditionFailure("a test's home has a name")
        }
        return home
    }

    /// A person's passphrase.
    static func passphrase(_ name: String) -> Passphrase {
        Passphrase(SecretBytes(copying: "\(name) six words".utf8))
    }

    /// Joins by an invitation.
    func join(_ name: String, by invitation: Invitation, pace: Pace = .eager) async throws {
        _ = try await VaultSession.join(
            invitation,
            home: home(name),
            passphrase: { (Self.passphrase(name), .quick) },
            pace: pace
        )
        // Whoever exports has made a key for it.
        guard !home(name).exportKey.exists else { return }
        _ = try identity(of: name).makeExportKey(in: home(name))
    }

    /// Puts new keys in the place of a person's, or goes on with it.
    func rotate(_ name: String) async throws -> KeyRotation {
        let rotation = try await VaultSession.rotateKeys(
            of: home(name),
            passphrase: Self.passphrase(name),
            for: 3600,
            pace: .eager
        )
        identities.withLock { $0[name] = nil }
        return rotation
    }

    /// A person's identity; the passphrase is stretched once, which takes longer than most acts.
    func identity(of name: String) throws -> DeviceIdentity {
        if let known = identities.withLock({ $0[name] }) { return known }
        let read = try DeviceIdentity.read(from: home(name), passphrase: Self.passphrase(name))
        identities.withLock { $0[name] = read }
        return read
    }

    /// Runs one act of a person.
    func act<Result>(
        as name: String,
        pace: Pace = .eager,
        _ body: (VaultSession) async throws -> Result
    ) async throws -> Result {
        let home = home(name)
        let identity = try identity(of: name)
        guard let state = try DeviceState.read(from: home, with: identity) else {
            preconditionFailure("who acts has joined")
        }
        let session = try VaultSession(home, identity, state, proxy: nil, pace: pace)
        return try await session.closing { try await body(session) }
    }

    /// An administrator, a lawyer who owns a case, and an activist who may submit to it.
    func peopled() async throws -> CaseID {
        try await join("admin", by: invitation)
        let forLawyer = try await act(as: "admin") {
            try await $0.invite(role: .reader, to: nil, for: 3600).text
        }
        try await join("lawyer", by: Invitation(parsing: forLawyer))
        let id = try await act(as: "lawyer") { try await $0.openCase(named: "រឿង ១") }
        let forActivist = try await act(as: "lawyer") {
            try await $0.invite(role: .submitter, to: "រឿង ១", for: 3600).text
        }
        try await join("activist", by: Invitation(parsing: forActivist))
        return id
    }
}

extension PassphraseStrength {
    /// Of a passphrase that guards nothing: tests unlock devices hundreds of times.
    static let quick = PassphraseStrength(workFactor: 1)
}
