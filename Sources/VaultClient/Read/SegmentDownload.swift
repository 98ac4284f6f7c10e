// SPDX-License-Identifier: Apache-2.0

import Bulk
import NIOCore
import Vault

/// Fetches an object's payload segment by segment, several at once, each checked against its digest.
struct SegmentDownload {
    /// Segments asked for ahead of the one that is being opened.
    static let window = 4

    let connection: Connection
    let signer: RequestSigner
    /// The logged statement that releases the object.
    let access: Hash
    let object: ObjectDescription

    /// Gives the segments to `body` in order.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where a segment is not the one in the record; what
    ///   `body` throws.
    func forEach(_ body: (ByteBuffer) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: (Int, ByteBuffer).self) { group in
            var asked = 0
            var early: [Int: ByteBuffer] = [:]
            for next in object.segments.indices {
                while asked < min(next + Self.window, object.segments.count) {
                    group.addTask { [asked] in (asked, try await segment(asked)) }
                    asked += 1
                }
                while early[next] == nil, let (place, buffer) = try await group.next() {
                    early[place] = buffer
                }
                if let buffer = early.removeValue(forKey: next) { try await body(buffer) }
            }
        }
    }

    @concurrent
    private func segment(_ number: Int) async throws -> ByteBuffer {
        let start = UInt64(number) * ObjectDescription.segmentSize
        let end = start + object.size(ofSegment: number)
        let question = Request(
            path: "/v1/objects/\(object.id.hex)/payload",
            access: access,
            range: start...end - 1,
            limit: Int(ObjectDescription.segmentSize)
        )
        let buffer = try await connection.send(question, as: signer).body
        var hasher = SHA256Hasher()
        unsafe buffer.withUnsafeReadableBytes { unsafe hasher.update(raw: $0) }
        let found = hasher.finalize()
        guard found == object.segments[number] else {
            throw ClientError.untrusted(
                "segment \(number) of object \(object.id.hex) is not the one that was submitted: got "
                    + "\(found.hex), want \(object.segments[number].hex)"
            )
        }
        return buffer
    }
}
