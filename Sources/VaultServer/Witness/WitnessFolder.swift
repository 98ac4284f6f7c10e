// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import TransparencyLog
import Vault

/// The folder of a witness: its key, and a register for each log.
///
/// | path | what |
/// |---|---|
/// | `witness.key` | the private key, mode 0600 |
/// | `logs/<SHA-256 of the origin>` | a register: the log's keys and the checkpoint cosigned last |
public struct WitnessFolder: Sendable {
    private let path: String
    private let threads = BlockingPool(threads: 2)
    private let sync: Sync

    /// Names a witness's folder; nothing is touched yet.
    public init(_ path: String) { self.init(path, sync: Sync()) }

    init(_ path: String, sync: Sync) {
        self.path = path
        self.sync = sync
    }

    private var keyPath: String { "\(path)/witness.key" }
    private var logs: String { "\(path)/logs" }

    /// Makes a witness with a new key.
    ///
    /// - Parameter name: The name in its signature lines; by custom a URL without its scheme.
    /// - Returns: The vkey, which logs and their readers are given.
    /// - Throws: ``StartError``; where a witness lies already it is not touched.
    public func initialise(name: String) throws -> String {
        guard let key = SignerKey<CosignatureSigner>(name: name, seed: randomSeed()) else {
            throw StartError.badWitnessName(name)
        }
        guard !exists(keyPath) else { throw StartError.witnessExists(path) }
        guard !exists("\(path)/lock") else { throw StartError.vaultExists(path) }
        do {
            try FileManager.default.createDirectory(
                atPath: logs,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StartError.file(path: logs, reason: "cannot be made")
        }
        let lock = try FolderLock(path)
        defer { withExtendedLifetime(lock) {} }
        // Syncs the folder, too, and with it the name of `logs`.
        try SecretFile.create(key.text + "\n", at: keyPath)
        return key.signer.verifierKey.text
    }

    /// Makes a log known, or a further key of a log that is.
    ///
    /// - Parameters:
    ///   - vkey: The key that signs the log's checkpoints.
    ///   - origin: The first line of the checkpoints; the key's name where it is not given.
    /// - Returns: The log's name in the path of `GET /<name>/checkpoint`.
    /// - Throws: ``StartError`` or ``StorageError``; `inUse` while the witness is served.
    @_optimize(none)
    public func addLog(vkey: String, origin: String? = nil) async throws -> String {
        // Not optimised, since Swift 6.3.1 crashes while it does that ("splitting coroutine").
        let (key, new) = try Self.judged(vkey, origin)
        let lock = try takeLock()
        let name = WitnessState.name(of: new.log.origin)
        try await trust(key, in: register(name), beginningWith: new)
        withExtendedLifetime(lock) {}
        return name.hex
    }

    private static func judged(
        _ vkey: String,
        _ origin: String?
    ) throws -> (key: VerifierKey, new: WitnessState) {
        let key: VerifierKey
        do { key = try VerifierKey(parsing: vkey) } catch {
            throw StartError.badLogKey(vkey, reason: "\(error)")
        }
        guard key.algorithm.isChecked, !key.algorithm.isCosignature else {
            throw StartError.badLogKey(vkey, reason: "keys of its type do not sign for logs here")
        }
        let origin = origin ?? key.name
        guard let new = try? WitnessState(origin: origin) else {
            throw StartError.badOrigin(origin)
        }
        return (key, new)
    }

    private func trust(
        _ key: VerifierKey,
        in register: any Register,
        beginningWith new: WitnessState
    ) async throws {
        let old = try await register.read()
        let state = try Self.state(old, or: new, trusting: key)
        guard state.bytes != old else { return }
        guard try await register.compareAndSwap(old: old, new: state.bytes) else {
            throw StorageError(.inUse, path: path)
        }
    }

    private static func state(
        _ old: [UInt8]?,
        or new: WitnessState,
        trusting key: VerifierKey
    ) throws -> WitnessState {
        var state = try old.map { try WitnessState(parsing: $0) } ?? new
        state.trust(key)
        return state
    }

    /// Opens the witness for serving; nobody else does for as long as the lock lives.
    ///
    /// - Throws: ``StartError``; ``StorageError`` where a log's register is damaged.
    func open(now: @escaping @Sendable () -> UTCTime) async throws -> (Witness, FolderLock) {
        let lock = try takeLock()
        guard let key = SignerKey<CosignatureSigner>(parsing: try SecretFile.read(keyPath)) else {
            throw StartError.witnessKeyUnreadable
        }
        var registers: [Hash: any Register] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: logs) {
            guard let name = Hash(hex: name) else { continue }
            let register = register(name)
            // What was never written whole was never acknowledged: the log was not made known.
            guard let bytes = try await register.read() else { continue }
            guard let state = try? WitnessState(parsing: bytes),
                WitnessState.name(of: state.log.origin) == name
            else { throw StorageError(.damaged, path: "logs/\(name.hex)") }
            registers[name] = register
        }
        return (Witness(signer: key.signer, registers: registers, now: now), lock)
    }

    private func takeLock() throws -> FolderLock {
        guard exists(keyPath) else { throw StartError.noWitness(path) }
        return try FolderLock(path)
    }

    private func register(_ name: Hash) -> DirectoryRegister {
        DirectoryRegister(at: "\(logs)/\(name.hex)", sync: sync, threads: threads)
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
