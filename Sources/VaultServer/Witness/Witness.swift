// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// Cosigns the checkpoints of logs that only grow (c2sp.org/tlog-witness).
///
/// It keeps nothing in memory but which logs there are. Each log has a register, and a cosignature
/// leaves only after the register was swapped, durably, from the very state that was judged. Of two
/// requests at once, or of two processes, one swaps first, and the other is judged anew.
struct Witness: Sendable {
    let signer: CosignatureSigner
    /// The registers of the known logs, by ``WitnessState/name(of:)``.
    let registers: [Hash: any Register]
    let now: @Sendable () -> UTCTime

    /// Cosigns a checkpoint.
    ///
    /// - Parameter body: An ``AddCheckpointRequest``.
    /// - Returns: The cosignature; the checkpoint is durable as the log's latest.
    /// - Throws: ``WitnessRefusal``; ``StorageError`` where nothing can be said: the request may be
    ///   repeated.
    func add(_ body: [UInt8]) async throws -> NoteSignature {
        let request: AddCheckpointRequest
        do { request = try AddCheckpointRequest(parsing: body) } catch {
            throw WitnessRefusal.malformed(error)
        }
        let origin = request.checkpoint.origin
        guard let register = registers[WitnessState.name(of: origin)] else {
            throw WitnessRefusal.unknownOrigin(origin)
        }
        while true {
            var state = try await read(register, WitnessState.name(of: origin))
            let old = state.bytes
            let accepted = try state.log.accept(request)
            let signature = try signer.signature(
                over: request.checkpoint,
                time: UInt64(now().seconds)
            )
            state.take(try accepted.adding([signature]), request.checkpoint)
            let new = state.bytes
            // Asked again within the second, it has nothing to write.
            if new == old { return signature }
            if try await register.compareAndSwap(old: old, new: new) { return signature }
        }
    }

    /// The checkpoint that was cosigned last, with the log's signatures and ours.
    ///
    /// - Returns: `nil` for an unknown log and before the first.
    func checkpoint(named name: Hash) async throws(StorageError) -> SignedNote? {
        guard let register = registers[name] else { return nil }
        return try await read(register, name).cosigned
    }

    private func read(
        _ register: any Register,
        _ name: Hash
    ) async throws(StorageError) -> WitnessState {
        let path = "logs/\(name.hex)"
        // A log is known by its register, so one without a value has lost it.
        guard let bytes = try await register.read() else {
            throw StorageError(.damaged, path: path, detail: "empty")
        }
        do {
            return try WitnessState(parsing: bytes)
        } catch {
            throw StorageError(.damaged, path: path, detail: "\(error)")
        }
    }
}
