// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

/// An entry that is shown to be in the log this device trusts.
struct LoggedEntry: Sendable {
    let entry: Entry
    let index: UInt64
    /// The `.tlog-proof` that shows it, as it came.
    let receipt: [UInt8]

    var statement: Statement { entry.signed.statement }
}

/// Judges receipts: nothing the vault says about an act is believed without one.
///
/// A receipt is a `.tlog-proof` (c2sp.org/tlog-proof) whose extra line holds the entry. Checked each
/// time: the entry's leaf hash is included at the index under the checkpoint's root; the pinned log
/// key signed the checkpoint, of the pinned origin; that head continues every head seen before.
struct Receipts: Sendable {
    let log: LogView
    let trust: Trust
    let follower: LogKeyFollower

    /// Reads a receipt and shows that its entry is in the log.
    ///
    /// Where a statement was posted, the entry must hold it byte for byte. Where the entry is someone
    /// else's act, its signature is checked by who reads it. The floor is the newest head before the
    /// vault was asked. ``ClientError`` `.untrusted` says what did not hold.
    func verified(
        _ bytes: [UInt8],
        for statement: SignedStatement? = nil,
        floor: Head
    ) async throws -> LoggedEntry {
        let receipt: Receipt
        let trusted: TrustedCheckpoint
        do throws(ReceiptError) {
            receipt = try Receipt(parsing: bytes)
        } catch {
            throw ClientError.untrusted("\(error)")
        }
        try await follower.follow(receipt.proof.checkpoint)
        do throws(ReceiptError) {
            trusted = try receipt.verify(by: log.policy, for: statement)
        } catch {
            switch error {
            case .unproved(.untrusted(let violation)):
                throw ClientError.untrusted(violation, keys: log.keys.value)
            case .unproved(let error):
                throw ClientError.untrusted(
                    "the receipt does not prove that its entry is in the log: \(error)"
                )
            default: throw ClientError.untrusted("\(error)")
            }
        }
        try await trust.accept(
            Head(size: trusted.checkpoint.size, root: trusted.checkpoint.root),
            receipt.proof.checkpoint,
            floor: floor
        )
        return LoggedEntry(entry: receipt.entry, index: receipt.index, receipt: bytes)
    }
}
