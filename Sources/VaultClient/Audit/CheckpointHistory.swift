// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// The checkpoints that the vault published, page by page, each with its signatures checked.
struct CheckpointHistory {
    private let session: VaultSession
    /// The witnesses that the vault's policies named so far, and those that the caller trusts.
    private var witnesses: Set<VerifierKey>
    /// Read and not yet asked for, ascending.
    private var waiting: ArraySlice<Head> = []
    /// From which size the next page is; `nil` after the last.
    private var next: UInt64?
    private var newest: UInt64

    /// How many were read.
    private(set) var count = 0
    /// When each known witness last cosigned one of them, in seconds since 1970.
    private(set) var cosigned: [VerifierKey: UInt64] = [:]
    /// How many cosignatures of known witnesses were under them.
    private(set) var cosignatures = 0

    /// Begins after a size.
    init(_ session: VaultSession, after size: UInt64, witnesses: [TrustPolicy.Witness]) {
        self.session = session
        self.witnesses = Set(witnesses.map(\.key))
        newest = size
        next = size + 1
    }

    /// The roots of those that were published at the sizes of a range, which follows the one before.
    ///
    /// - Parameters:
    ///   - sizes: The range.
    ///   - state: The state before it, whose policy names witnesses.
    /// - Returns: The roots.
    /// - Throws: ``ClientError`` `.untrusted` for a signature that does not verify.
    mutating func roots(
        at sizes: Range<UInt64>,
        in state: VaultState
    ) async throws -> [UInt64: Hash] {
        witnesses.formUnion(state.policy?.witnesses.map(\.key) ?? [])
        while let from = next, newest < sizes.upperBound { try await read(from: from) }
        let found = waiting.prefix { $0.size < sizes.upperBound }
        waiting.removeFirst(found.count)
        return Dictionary(found.map { ($0.size, $0.root) }) { first, _ in first }
    }

    private mutating func read(from: UInt64) async throws {
        let question = Request(path: "/v1/checkpoints", query: "from=\(from)", limit: 32 << 20)
        let answer = try await session.connection.send(question, as: session.signer)
        let page = try session.decode(Page.self, answer)
        let policy = TrustPolicy(
            logs: session.log.policy.logs,
            witnesses: witnesses.map { TrustPolicy.Witness(key: $0) }
        )
        for text in page.checkpoints {
            let trusted: TrustedCheckpoint
            do {
                trusted = try policy.verify(SignedNote(parsing: Array(text.utf8)))
            } catch {
                throw ClientError.untrusted(
                    "a checkpoint that was published after \(newest) entries is not to be believed: "
                        + "\(error)"
                )
            }
            let size = trusted.checkpoint.size
            guard size > newest else {
                throw ClientError.untrusted("the published checkpoints do not ascend at \(size)")
            }
            newest = size
            count += 1
            cosignatures += trusted.cosignatures.count
            for line in trusted.cosignatures {
                cosigned[line.key] = max(cosigned[line.key] ?? 0, line.time ?? 0)
            }
            waiting.append(Head(size: size, root: trusted.checkpoint.root))
        }
        guard page.next ?? .max > from else {
            throw ClientError.untrusted("the vault's pages of checkpoints do not advance")
        }
        next = page.next
    }

    private struct Page: Decodable {
        let checkpoints: [String]
        let next: UInt64?
    }
}
