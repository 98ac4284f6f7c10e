// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Sealing
import Secrets
public import Shares
import Vault

extension VaultSession {
    /// Seals a case's keyring to a new recovery key too, and splits that key into shares.
    ///
    /// The key is never on a disk, and after this call nowhere but in the shares. So they are kept
    /// first: were the statement sent before, a device that dies in between would leave a case that
    /// looks recoverable and is not. Shares of an escrow that is not in the log open nothing.
    ///
    /// - Parameters:
    ///   - caseName: The case.
    ///   - count: How many shares are made, at most ``ShareSet/maximumCount``.
    ///   - threshold: How many of them open the case, 2 or more.
    ///   - keep: Makes the shares durable; nothing is sent before it returns.
    /// - Returns: What stands in the log.
    /// - Throws: ``ClientError``, `SplitError`, or what `keep` throws. Where the error is
    ///   ``ClientError/Code/network``, the statement may be in the log all the same.
    public func escrow(
        _ caseName: String,
        into count: Int,
        threshold: Int,
        keep: ([Share]) throws -> Void
    ) async throws -> EscrowResult {
        let id = try await resolve(caseName)
        var (view, keyring) = try await owned(id)
        let secret = SecretBytes(random: Share.secretSize, from: SystemEntropy())
        let shares = try Share.split(
            secret,
            into: count,
            threshold: threshold,
            entropy: SystemEntropy()
        )
        let recovery = HybridIdentity(seed: secret).recipient
        try keep(shares)
        while true {
            let sealed = try keyring.sealed(
                for: try await recipients(view.readers) + [recovery],
                entropy: SystemEntropy()
            )
            let act = CaseEscrow(
                caseID: id,
                threshold: UInt64(threshold),
                shares: UInt64(count),
                recovery: recovery.text,
                keyring: try await upload(.keyrings, sealed),
                replacing: try view.currentKeyring
            )
            do {
                let logged = try await post(try await sign(.caseEscrow(act)))
                return EscrowResult(
                    caseID: id.hex,
                    set: shares[0].set.name,
                    threshold: threshold,
                    shares: count,
                    index: logged.index
                )
            } catch let error as ClientError where error.rule == .otherKeyring {
                // Another of the owner's devices let somebody in, or changed the key.
                (view, keyring) = try await owned(id)
            }
        }
    }

    private func owned(_ id: CaseID) async throws -> (CaseView, Keyring) {
        let view = try await view(of: id)
        guard view.owner == identity.person else {
            throw ClientError(.refused, "only the owner of a case has its recovery key shared out")
        }
        // As for every new keyring: nothing is sealed past a key that only administrators vouch for.
        _ = try await comparedOwner(of: view)
        return (view, try await keyring(of: view))
    }
}

extension CaseView {
    /// The custodians' recovery key, to which each keyring of the case is sealed too.
    var custodians: [HybridRecipient] {
        get throws { try escrow.map { [try HybridRecipient(parsing: $0.recovery)] } ?? [] }
    }
}

/// A case that custodians can open together.
public struct EscrowResult: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let caseID: String
    /// The name of the set, which the shares have in common.
    public let set: String
    /// How many shares open the case.
    public let threshold: Int
    /// How many there are.
    public let shares: Int
    /// The leaf index of the entry.
    public let index: UInt64

    private enum CodingKeys: String, CodingKey {
        case caseID = "case", set, threshold, shares, index
    }
}
