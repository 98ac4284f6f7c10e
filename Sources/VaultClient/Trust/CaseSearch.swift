// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// Finds who owns a case, for those who may read the log but not the case: administrators.
struct CaseSearch {
    let session: VaultSession

    /// The case's owner: the actor of the entry that opened it, which is shown to be in the log and
    /// signed by that member.
    ///
    /// - Throws: ``ClientError`` where no entry opened such a case.
    func owner(of id: CaseID) async throws -> Fingerprint {
        let head = try await session.catchUp()
        var first: UInt64 = 0
        while let path = EntryBundlePath(holding: first, inTreeOf: head.size) {
            let bundle = try await bundle(path)
            for place in 0..<bundle.count {
                guard let entry = try? Entry(parsing: Array(bundle[place])),
                    case .caseOpen(let open) = entry.signed.statement.act, open.caseID == id
                else { continue }
                let index = first + UInt64(place)
                try await session.log.requireInclusion(of: entry.leafHash, at: index, in: head)
                let logged = LoggedEntry(entry: entry, index: index, receipt: [])
                try await session.members.requireSignature(of: logged)
                return logged.statement.actor
            }
            first += UInt64(TilePath.fullWidth)
        }
        throw ClientError(.failed, "the log knows no case \(id.hex)")
    }

    private func bundle(_ path: EntryBundlePath) async throws -> EntryBundle {
        for candidate in path.isPartial ? [path, path.full] : [path] {
            let question = Request(path: "/" + candidate.path, limit: 32 << 20)
            let answer = try await session.connection.send(
                question,
                as: session.signer,
                allowsMissing: true
            )
            if answer.status == 200 { return try EntryBundle(parsing: answer.bytes) }
        }
        throw ClientError.untrusted("the vault keeps back \(path.path), which its log implies")
    }
}
