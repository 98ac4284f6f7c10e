// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// The whole log, downloaded, hashed and judged entry by entry; for those who may read all of it.
struct LogAudit {
    let session: VaultSession
    /// The newest head, and the checkpoint that vouches for it.
    let head: Head
    let checkpoint: SignedNote

    /// Takes the vault's newest head as the one to be reached.
    ///
    /// - Throws: ``ClientError`` `.refused` for a person of another role.
    static func begin(_ session: VaultSession) async throws -> LogAudit {
        switch await session.trust.state.role {
        case Role.admin.rawValue, Role.auditor.rawValue: break
        case let role:
            throw ClientError(
                .refused,
                "only administrators and auditors read the whole log: you are a \(role)",
                hint: "the entries of your own cases: `saksi case list`, `saksi list`"
            )
        }
        let (note, head) = try await session.newest()
        return LogAudit(session: session, head: head, checkpoint: note)
    }

    /// Replays what comes next, up to the head, and makes sure that these are the log's entries.
    ///
    /// Until this returns, what `each` was told is what the vault says and no more.
    ///
    /// - Parameters:
    ///   - replay: From where; its root was compared, or it is empty.
    ///   - published: The roots that were published at sizes of a range, told the state before it.
    ///   - each: Is told the entries, in order.
    /// - Throws: ``ClientError`` `.untrusted` where entries are kept back, or are not those that the
    ///   head or a published checkpoint vouches for.
    func run(
        _ replay: inout LogReplay,
        published: (Range<UInt64>, VaultState) async throws -> [UInt64: Hash] = { _, _ in [:] },
        _ each: (LogReplay.Step) async throws -> Void
    ) async throws {
        let genesis = await session.trust.state.genesis
        let session = session
        do {
            try await replay.run(
                to: head.size,
                fetching: { try await session.bundle($0) },
                { replay, bundle in
                    if bundle.first == 0, bundle.leafHashes.first?.hex != genesis {
                        throw ClientError.untrusted(
                            "entry 0 is not the genesis that the invitation named"
                        )
                    }
                    let heads = try await published(bundle.first + 1..<bundle.end + 1, replay.state)
                    let step = replay.take(bundle, rootsAt: Set(heads.keys))
                    for (size, root) in step.roots where heads[size] != root {
                        throw ClientError.untrusted(
                            "the log was forked: the checkpoint that was published with \(size) "
                                + "entries has another root than these entries"
                        )
                    }
                    try await each(step)
                }
            )
        } catch let error as ReplayError {
            throw ClientError.untrusted("the vault keeps back entries: \(error)")
        }
        guard replay.root == head.root else {
            throw ClientError.untrusted("the entries shown are not those of the vault's log")
        }
        guard let keys = replay.state.logKeys else { return }
        guard keys.current == session.log.keys.value.current else {
            throw ClientError.untrusted(
                "by its entries the log is in the hands of the key \"\(keys.current)\", and its "
                    + "checkpoint is signed by another: \"\(session.log.keys.value.current)\""
            )
        }
    }
}

extension VaultSession {
    /// A bundle of the log's entries; where a partial one is gone, the full one that replaced it.
    fileprivate func bundle(_ path: EntryBundlePath) async throws -> EntryBundle {
        for candidate in path.isPartial ? [path, path.full] : [path] {
            let question = Request(path: "/" + candidate.path, limit: 32 << 20)
            let answer = try await connection.send(question, as: signer, allowsMissing: true)
            guard answer.status == 200 else { continue }
            guard let bundle = try? EntryBundle(parsing: answer.bytes) else {
                throw ClientError.untrusted("\(candidate.path) is not a bundle of entries")
            }
            return bundle
        }
        throw ClientError.untrusted("the vault keeps back \(path.path), which its log implies")
    }
}
