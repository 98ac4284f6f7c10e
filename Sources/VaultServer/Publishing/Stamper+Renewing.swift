// SPDX-License-Identifier: Apache-2.0

import Bulk
import Logging
import Timestamp
import Vault

/// Rounds of renewal: before a certificate ends, everything that was kept is listed with fresh hashes,
/// and the list is stamped.
extension Stamper {
    /// The least time between two rounds, in seconds: authorities whose certificates are about to end
    /// must not make every day one.
    private static let betweenRounds: Int64 = 30 * 86_400

    func followRenewals() async {
        while !Task.isCancelled {
            do {
                try await renewWhereDue()
                try await Task.sleep(for: .seconds(untilNext))
            } catch {
                guard !Task.isCancelled else { return }
                logger.error(
                    "time-stamps cannot be renewed",
                    metadata: ["reason": "\(reason(error))"]
                )
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }

    /// Begins a round where a time-stamp that no round lists yet comes to its end; the authorities stamp
    /// its list at their next turn.
    ///
    /// - Returns: whether a round was begun.
    /// - Throws: ``StorageError``
    @discardableResult
    func renewWhereDue() async throws(StorageError) -> Bool {
        let found = try await stamps.inventory()
        let newest = found.renewals.max() ?? 0
        var listed: Set<String> = []
        if newest > 0 {
            let key = StorageKey.renewal(number: newest)
            guard let list = RenewalList(parsing: try await vault.store.bytes(of: key)),
                let made = UTCTime(list.made)
            else { throw .damaged(key, "not a list of renewal") }
            guard now().seconds - made.seconds >= Self.betweenRounds else { return false }
            listed = Set(list.files.map(\.path))
        }
        let end = now().seconds + renewBefore.components.seconds
        for (stamp, parts) in found.parts where !listed.contains(stamp.key(.token).path) {
            guard let kept = try await stamps.kept(stamp, parts: parts), kept.expires < end else {
                continue
            }
            let list = RenewalList(
                number: newest + 1,
                made: now().text,
                files: try await files(of: found)
            )
            try await vault.store.create(.renewal(number: list.number), list.bytes)
            logger.notice("time-stamps are renewed", metadata: ["round": "\(list.number)"])
            return true
        }
        return false
    }

    /// Everything that was stamped, and every time-stamp with what verifies it.
    private func files(
        of found: Stamps.Inventory
    ) async throws(StorageError) -> [RenewalList.File] {
        var keys = Set(found.renewals.map { StorageKey.renewal(number: $0) })
        for (stamp, parts) in found.parts where parts.contains(.token) {
            keys.insert(stamp.subject.key)
            keys.formUnion(parts.subtracting([.due]).map(stamp.key))
        }
        var files: [RenewalList.File] = []
        for key in keys {
            files.append(
                RenewalList.File(path: key.path, bytes: try await vault.store.bytes(of: key))
            )
        }
        return files
    }
}
