// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

extension VaultSession {
    /// Who cosigned the newest checkpoint that this device saw; the vault is not asked.
    public func witnessing() async -> Witnessing {
        let state = await trust.state
        return state.witnessing(of: state.newest)
    }

    // MARK: Receipts

    /// Makes sure that a receipt's entry is in the log as it is now, and gives it a witnessed checkpoint
    /// where it has none and the vault does.
    ///
    /// The file is replaced whole, and only by a receipt that witnesses vouch for.
    ///
    /// - Parameter path: The file that `submit` wrote.
    /// - Returns: What the receipt says now.
    /// - Throws: ``ClientError``; `.failed` for what is no receipt of this vault, `.untrusted` where the
    ///   entry is not in the log any more.
    public func upgradeReceipt(at path: FilePath) async throws -> ReceiptCard {
        let receipt = try readReceipt(at: path)
        let (note, head) = try await newest()
        guard head.size > receipt.index else {
            throw ClientError.untrusted(
                "the log was rolled back: it has \(head.size) entries now, and the receipt is for "
                    + "entry \(receipt.index)"
            )
        }
        func proof(in head: Head) async throws -> InclusionProof {
            try await log.requireInclusion(
                of: receipt.entry.leafHash,
                at: receipt.index,
                in: head
            )
        }
        _ = try await proof(in: head)
        let state = await trust.state
        let before = state.witnessing(of: receipt.proof.checkpoint)
        // Witnesses may be behind a log that grows; what they vouched for before is as good.
        let witnessed = try [note, state.newestWitnessed].compactMap(\.self).first { note in
            try state.witnessing(of: note).isWitnessed && log.head(of: note).size > receipt.index
        }
        guard let witnessed, !before.isWitnessed else {
            return ReceiptCard(receipt, before, isUpgraded: false)
        }
        let better = Receipt(
            entry: receipt.entry,
            index: receipt.index,
            hashes: try await proof(in: log.head(of: witnessed)).hashes,
            checkpoint: witnessed
        )
        _ = try better.verify(by: log.policy, for: receipt.entry.signed)
        try DurableFile.replace(better.bytes, at: path)
        return ReceiptCard(better, state.witnessing(of: witnessed), isUpgraded: true)
    }

    private func readReceipt(at path: FilePath) throws -> Receipt {
        guard let bytes = try DurableFile.read(path, limit: TlogProof.maximumSize) else {
            throw ClientError(.failed, "there is no file \"\(path.text)\"")
        }
        do throws(ReceiptError) {
            let receipt = try Receipt(parsing: bytes)
            _ = try receipt.verify(by: log.policy)
            return receipt
        } catch {
            throw ClientError(.failed, "\"\(path.text)\" is not a receipt of this vault: \(error)")
        }
    }

    // MARK: Heads

    /// Compares this device's head with the one that a witness cosigned last.
    ///
    /// - Parameters:
    ///   - url: Where the witness answers.
    ///   - proxy: A SOCKS 5 proxy, if any.
    /// - Returns: As ``compare(_:)``.
    /// - Throws: ``ClientError``; `.failed` where no witness that the vault's policy names has cosigned
    ///   what is shown there, `.network` where the witness does not answer.
    public func compare(withWitnessAt url: String, proxy: ProxyAddress?) async throws
        -> HeadComparison
    {
        let note = try await WitnessMonitor(at: url, proxy: proxy).checkpoint(of: log.origin)
        guard await !trust.state.witnessing(of: note).cosignedBy.isEmpty else {
            throw ClientError(
                .failed,
                "what \(url) shows is not cosigned by a witness that the vault's policy names"
            )
        }
        return try await compare(try SignedHead(note))
    }
}

/// What a receipt says, for people to read and for programs.
public struct ReceiptCard: Encodable, Sendable {
    /// The entry's index in the log.
    public let index: UInt64
    /// When the vault accepted it, RFC 3339.
    public let accepted: String
    /// The size of the log that the receipt's checkpoint is of.
    public let entries: UInt64
    /// Who cosigned that checkpoint.
    public let witnesses: Witnessing
    /// Whether the file was replaced just now.
    public let isUpgraded: Bool

    init(_ receipt: Receipt, _ witnesses: Witnessing, isUpgraded: Bool) {
        index = receipt.index
        accepted = receipt.entry.accepted.text
        entries = (try? Checkpoint(parsing: receipt.proof.checkpoint.text).size) ?? 0
        self.witnesses = witnesses
        self.isUpgraded = isUpgraded
    }

    private enum CodingKeys: String, CodingKey {
        case index, accepted, entries, witnesses, isUpgraded = "upgraded"
    }
}
