// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import NIOCore
import Sealing
import Vault

/// Sends what was sealed, each piece in the order that makes it safe to be cut off.
struct SubmissionSender: Sendable {
    let connection: Connection
    let signer: RequestSigner
    let journal: Journal
    let progress: SubmissionProgress

    /// Sends a segment, once its digest is on the disk.
    ///
    /// Where an earlier process may have sent it, the vault is asked first.
    @concurrent
    func send(_ segment: SealedSegment, of object: Int, mayBeThere: Bool) async throws {
        if mayBeThere, try await isStored(segment.digest) {
            progress.add(segment.count)
        } else {
            try await journal.append(
                .sending(object: object, segment: segment.index, digest: segment.digest.hex)
            )
            let question = Request.put(.segments, segment.digest, .segment(segment))
            _ = try await connection.send(question, as: signer) { progress.add($0) }
        }
        try await journal.note(.stored(object: object, segment: segment.index))
    }

    /// Sends the envelope of an object whose segments are all stored, and records that it is whole.
    @concurrent
    func close(_ number: Int, _ sealed: SealedObject) async throws -> StoredObject {
        let envelope = ByteBuffer(bytes: sealed.envelope)
        let question = Request.put(.envelopes, sealed.description.envelope, .bytes(envelope))
        _ = try await connection.send(question, as: signer)
        let object = StoredObject(number: number, sealed)
        try await journal.append(.object(object))
        return object
    }

    private func isStored(_ segment: Hash) async throws -> Bool {
        let question = Request(method: .head, path: "/v1/segments/\(segment.hex)")
        return try await connection.send(question, as: signer, allowsMissing: true).status == 200
    }
}
