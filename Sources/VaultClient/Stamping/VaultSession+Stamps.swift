// SPDX-License-Identifier: Apache-2.0

import Encodings
import Evidence
import Timestamp
import TransparencyLog
import Vault

extension VaultSession {
    private struct Stamped: Decodable {
        struct Token: Decodable {
            let response: String
            let chain: String
            let lists: String
        }

        let checkpoint: String
        let tokens: [Token]
    }

    /// For each of some entries the first checkpoint with it that authorities time-stamped.
    ///
    /// The checkpoint must be one that the log's key signed, and be continued by what this device sees of
    /// the log; each entry is shown in its tree. Time-stamps that do not verify are left out.
    ///
    /// - Parameter entries: receipts, ascending by index.
    /// - Returns: None for what was logged after the last stamp.
    /// - Throws: ``ClientError``.
    func stamps(of entries: [Receipt]) async throws -> [StampedCheckpoint] {
        guard let last = entries.last else { return [] }
        let present = try log.head(of: last.proof.checkpoint)
        var found: [StampedCheckpoint] = []
        var rest = entries[...]
        while let first = rest.first {
            guard let (note, tokens) = try await stamped(from: first.index + 1) else { break }
            let head = try log.head(of: note)
            guard head.size > first.index else {
                throw ClientError.untrusted("the vault shows a stamped checkpoint of another size")
            }
            let (old, new) = head.size < present.size ? (head, present) : (present, head)
            try await log.requireConsistency(from: old, to: new)
            var proved: [Receipt] = []
            while let entry = rest.first, entry.index < head.size {
                let proof = try await log.requireInclusion(
                    of: entry.entry.leafHash,
                    at: entry.index,
                    in: head
                )
                proved.append(
                    Receipt(
                        entry: entry.entry,
                        index: entry.index,
                        hashes: proof.hashes,
                        checkpoint: note
                    )
                )
                rest = rest.dropFirst()
            }
            if let stamp = StampedCheckpoint(note: note, tokens: tokens, receipts: proved),
                !tokens.isEmpty
            {
                found.append(stamp)
            }
        }
        return found
    }

    /// The first stamped checkpoint of a size or more, and those of its time-stamps that verify.
    private func stamped(
        from size: UInt64
    ) async throws -> (note: SignedNote, tokens: [KeptTimestamp])? {
        let question = Request(path: "/v1/timestamps", query: "from=\(size)", limit: 64 << 20)
        let answer = try await connection.send(question, as: signer, allowsMissing: true)
        guard answer.status == 200 else { return nil }
        let stamped = try decode(Stamped.self, answer)
        let bytes = Array(stamped.checkpoint.utf8)
        guard let note = try? SignedNote(parsing: bytes), note.bytes == bytes else {
            throw ClientError.untrusted("the stamped checkpoint is not a signed note")
        }
        let imprint = MessageImprint(hashing: bytes)
        let tokens = stamped.tokens.compactMap { token -> KeptTimestamp? in
            guard let response = Base64.padded.decode(token.response),
                let answer = try? TimestampResponse(parsing: response),
                let chain = try? CertificateFile(parsing: Array(token.chain.utf8))
            else { return nil }
            let lists = try? CertificateFile(parsing: Array(token.lists.utf8))
            let kept = try? KeptTimestamp(
                response: answer,
                chain: chain.certificates,
                revocationLists: lists?.revocationLists ?? []
            )
            return kept.flatMap { $0.verify(about: imprint).violation == nil ? $0 : nil }
        }
        return (note, tokens)
    }
}
