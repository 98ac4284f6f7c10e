// SPDX-License-Identifier: Apache-2.0

import Bulk
import Timestamp
import TransparencyLog

/// Time-stamps: each must be about what is stored, in both ways of checking, and every line of a list of
/// renewal about a file that is there.
extension VaultCheck {
    func checkTimestamps(_ report: inout CheckReport) async {
        let stamps = Stamps(store: engine.store)
        let found: Stamps.Inventory
        do {
            found = try await stamps.inventory()
        } catch {
            let path = StoragePrefix.timestamps.path
            return report.add(path, expected: "a listing", found: "\(error)")
        }
        for stamp in found.parts.keys.sorted() {
            guard let parts = found.parts[stamp] else { continue }
            await check(stamp, parts, in: stamps, &report)
        }
        for number in found.renewals.sorted() { await checkRenewal(number, &report) }
    }

    private func check(
        _ stamp: Stamps.Stamp,
        _ parts: Set<StampPart>,
        in stamps: Stamps,
        _ report: inout CheckReport
    ) async {
        guard parts.contains(.token) else {
            for part in parts where part != .due {
                report.add(stamp.key(part).path, expected: "a token beside it", found: "none")
            }
            return
        }
        let key = stamp.key(.token)
        do {
            let bytes = try await stamps.bytes(of: stamp.subject)
            try checkRoot(of: bytes, stamp.subject)
            // Where a crash came before its chain, the next turn of the daemon finds it.
            guard let kept = try await stamps.kept(stamp, parts: parts) else { return }
            let violation = kept.verify(
                about: MessageImprint(hashing: bytes),
                trusting: authorities[stamp.authority]
            ).violation
            if let violation { throw StorageError.damaged(key, "\(violation)") }
            report.timestamps += 1
        } catch {
            report.add(key, expected: "a time-stamp of \(stamp.subject.key.path)", found: error)
        }
    }

    /// A token is named for the root of its checkpoint.
    private func checkRoot(of bytes: [UInt8], _ subject: StampSubject) throws {
        guard case .checkpoint(let size, let root) = subject else { return }
        let checkpoint = try Checkpoint(parsing: SignedNote(parsing: bytes).text)
        guard checkpoint.size == size, checkpoint.root == root else {
            throw StorageError.damaged(
                subject.key,
                "size \(checkpoint.size), root \(checkpoint.root)"
            )
        }
    }

    private func checkRenewal(_ number: UInt64, _ report: inout CheckReport) async {
        let key = StorageKey.renewal(number: number)
        do {
            guard let list = RenewalList(parsing: try await engine.store.bytes(of: key)),
                list.number == number
            else { throw StorageError.damaged(key, "not a list of renewal") }
            for file in list.files {
                guard let listed = StorageKey(path: file.path) else {
                    throw StorageError.damaged(key, "a line about \"\(file.path)\"")
                }
                let bytes = try await engine.store.bytes(of: listed)
                guard RenewalList.File(path: file.path, bytes: bytes) == file else {
                    throw StorageError.damaged(listed, "not what round \(number) lists")
                }
            }
        } catch {
            report.add(key, expected: "a list of what is stored", found: error)
        }
    }
}
