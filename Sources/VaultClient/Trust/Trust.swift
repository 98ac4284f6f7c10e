// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import TransparencyLog
import Vault

/// The one place that decides whether the vault's log is still the log this device knows.
///
/// Owns `vault.age`. A head is remembered, durably, before anything that depends on it is reported.
actor Trust {
    private let home: DeviceHome
    let identity: DeviceIdentity
    private let log: LogView
    /// What is on the disk, as far as this process knows.
    private(set) var state: DeviceState

    init(home: DeviceHome, identity: DeviceIdentity, log: LogView, state: DeviceState) {
        self.home = home
        self.identity = identity
        self.log = log
        self.state = state
    }

    /// The head that every answer to a question asked from now on must reach.
    var head: Head { state.head }

    /// Takes the head of a checkpoint whose signature was checked.
    ///
    /// The floor is ``head`` as it was before the vault was asked. A smaller answer means that the
    /// vault went back; one between the floor and the newest head is only late. A fork or a rollback
    /// is ``ClientError`` `.untrusted`; so is a checkpoint that people could not compare.
    func accept(_ new: Head, _ checkpoint: SignedNote, floor: Head) async throws {
        do throws(SignedHeadError) {
            _ = try SignedHead(checkpoint)
        } catch {
            throw ClientError.untrusted("the vault's checkpoint cannot be handed on: \(error)")
        }
        guard new.size >= floor.size else {
            throw ClientError.untrusted(
                "the log was rolled back: it has \(new.size) entries now, and had \(floor.size) when "
                    + "this device last saw it"
            )
        }
        if let end = state.end { try Self.require(new, toEndAt: end) }
        while true {
            let known = state.head
            if new.size <= known.size {
                try await log.requireConsistency(from: new, to: known)
            } else {
                try await log.requireConsistency(from: known, to: new)
            }
            // Other answers, or another process, may have moved the head meanwhile.
            guard try remember(new, checkpoint, after: known) else { continue }
            return
        }
    }

    /// Takes note that the log ended at a size, which no head of it may pass.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where the newest one does.
    func note(end: UInt64) throws {
        if state.end != end { try update { $0.end = end } }
        try Self.require(state.head, toEndAt: end)
    }

    private static func require(_ head: Head, toEndAt end: UInt64) throws {
        guard head.size <= end else {
            throw ClientError.untrusted(
                "the log goes on after its end: administrators froze it with \(end) entries, and it "
                    + "has \(head.size)"
            )
        }
    }

    /// Changes what is remembered, on the disk first.
    func update(_ change: (inout DeviceState) throws -> Void) throws {
        try home.exclusively {
            var latest = try DeviceState.read(from: home, with: identity) ?? state
            try change(&latest)
            try latest.write(to: home, for: identity)
            state = latest
        }
    }

    /// Keeps a checkpoint that more witnesses have cosigned than the one that is kept of the same head.
    private func add(_ checkpoint: SignedNote, to known: Head) throws {
        func count(_ state: DeviceState, _ note: SignedNote?) -> Int {
            state.witnessing(of: note).cosignedBy.count
        }
        guard count(state, checkpoint) > count(state, state.newest) else { return }
        try update { latest in
            guard latest.head == known else { return }
            latest.show(checkpoint)
        }
    }

    /// Stores a head that was proved against `known`; `false` where that is no longer the newest.
    private func remember(
        _ new: Head,
        _ checkpoint: SignedNote,
        after known: Head
    ) throws -> Bool {
        guard new.size > known.size else {
            if new == known { try add(checkpoint, to: known) }
            return state.head == known
        }
        var isStored = false
        try update { latest in
            guard latest.head == known else { return }
            latest.head = new
            latest.show(checkpoint)
            latest.headSeen = UTCTime(seconds: VaultClock.deviceTime).text
            isStored = true
        }
        return isStored
    }
}
