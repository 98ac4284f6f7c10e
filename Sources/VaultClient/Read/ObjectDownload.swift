// SPDX-License-Identifier: Apache-2.0

import Bulk
import NIOCore
import Vault

/// Fetches objects piece by piece, several pieces at once.
///
/// Pieces are asked for across the borders of objects, so that many small files come as fast as one
/// large file.
struct ObjectDownload {
    /// Pieces asked for ahead of the one that is being opened.
    static let window = 4

    /// An object, and the logged statement that releases it.
    struct Source {
        let object: ObjectDescription
        let access: Hash
    }

    /// One segment of a payload.
    struct Piece: Sendable {
        /// Which of the sources it belongs to.
        let source: Int
        /// The object's envelope; only with its first segment.
        let envelope: [UInt8]?
        /// Sealed, and the one that the record names, if its digest was checked.
        var segment: ByteBuffer
        /// The segment's SHA-256, as it was computed of what came; `nil` where it is not checked.
        let digest: Hash?
        /// Whether it is the object's last.
        let isLast: Bool
    }

    let connection: Connection
    let signer: RequestSigner
    let sources: [Source]
    /// Whether each segment must have its digest; see `ObjectOpener`.
    var checksSegments = true

    /// Gives the pieces to `body` in order.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where a segment is not the one in the record; what
    ///   `body` throws.
    func forEach(_ body: (inout Piece) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: (Int, Piece).self) { group in
            var places = sources.indices.lazy.flatMap { source in
                sources[source].object.segments.indices.lazy.map { (source, $0) }
            }.makeIterator()
            var asked = 0
            var given = 0
            var early: [Int: Piece] = [:]
            while true {
                while asked < given + Self.window, let (source, number) = places.next() {
                    group.addTask { [asked] in (asked, try await piece(number, of: source)) }
                    asked += 1
                }
                guard given < asked else { return }
                while early[given] == nil, let (place, piece) = try await group.next() {
                    early[place] = piece
                }
                if var piece = early.removeValue(forKey: given) { try await body(&piece) }
                given += 1
            }
        }
    }

    @concurrent
    private func piece(_ number: Int, of source: Int) async throws -> Piece {
        let object = sources[source].object
        let envelope = number == 0 ? try await envelope(of: sources[source]) : nil
        let (segment, digest) = try await segment(number, of: sources[source])
        return Piece(
            source: source,
            envelope: envelope,
            segment: segment,
            digest: digest,
            isLast: number == object.segments.count - 1
        )
    }

    private func envelope(of source: Source) async throws -> [UInt8] {
        let path = "/v1/objects/\(source.object.id.hex)/envelope"
        let question = Request(path: path, access: source.access)
        return try await connection.send(question, as: signer).bytes
    }

    private func segment(
        _ number: Int,
        of source: Source
    ) async throws -> (bytes: ByteBuffer, digest: Hash?) {
        let object = source.object
        let start = UInt64(number) * ObjectDescription.segmentSize
        let end = start + object.size(ofSegment: number)
        let question = Request(
            path: "/v1/objects/\(object.id.hex)/payload",
            access: source.access,
            range: start...end - 1,
            limit: Int(ObjectDescription.segmentSize)
        )
        let buffer = try await connection.send(question, as: signer).body
        guard checksSegments else { return (buffer, nil) }
        var hasher = SHA256Hasher()
        unsafe buffer.withUnsafeReadableBytes { unsafe hasher.update(raw: $0) }
        let found = hasher.finalize()
        guard found == object.segments[number] else {
            throw ClientError.untrusted(
                "segment \(number) of object \(object.id.hex) is not the one that was submitted: got "
                    + "\(found.hex), want \(object.segments[number].hex)"
            )
        }
        return (buffer, found)
    }
}
