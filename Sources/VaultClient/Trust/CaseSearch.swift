// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// Finds who owns a case, for those who may read the log but not the case: administrators.
struct CaseSearch {
    let session: VaultSession

    /// The case's owner, as the rules make it from the whole log.
    ///
    /// The daemon could leave out the entry that opened the case and show one of its own instead. So
    /// every entry is replayed, from the genesis that the invitation named, and all of them together
    /// must lead to the root of a checkpoint that continues what this device saw.
    ///
    /// - Throws: ``ClientError`` where no entry opened such a case; `.untrusted` where the entries are
    ///   not those of the log, or break its rules.
    func owner(of id: CaseID) async throws -> Fingerprint {
        let head = try await session.catchUp()
        var state = VaultState()
        var facts = LogFacts()
        var edge = TreeEdge()
        while let path = EntryBundlePath(holding: edge.size, inTreeOf: head.size) {
            let bundle = try await bundle(path)
            let count = Int(min(UInt64(TilePath.fullWidth), head.size - edge.size))
            guard bundle.count >= count else {
                throw ClientError.untrusted("the vault keeps back entries of \(path.path)")
            }
            for place in 0..<count {
                let bytes = Array(bundle[place])
                let index = edge.size
                do {
                    try state.replay(Entry(parsing: bytes), at: index, facts: &facts)
                } catch {
                    throw ClientError.untrusted(
                        "entry \(index) is not one that the vault's rules allow: \(error)"
                    )
                }
                edge.append(MerkleTree.leafHash(bytes))
            }
        }
        guard edge.root == head.root else {
            throw ClientError.untrusted("the entries shown are not those of the vault's log")
        }
        guard let owner = state.case(id)?.owner else {
            throw ClientError(.failed, "the log knows no case \(id.hex)")
        }
        return owner
    }

    private func bundle(_ path: EntryBundlePath) async throws -> EntryBundle {
        for candidate in path.isPartial ? [path, path.full] : [path] {
            let question = Request(path: "/" + candidate.path, limit: 32 << 20)
            let answer = try await session.connection.send(
                question,
                as: session.signer,
                allowsMissing: true
            )
            guard answer.status == 200 else { continue }
            guard let bundle = try? EntryBundle(parsing: answer.bytes) else {
                throw ClientError.untrusted("\(candidate.path) is not a bundle of entries")
            }
            return bundle
        }
        throw ClientError.untrusted("the vault keeps back \(path.path), which its log implies")
    }
}
