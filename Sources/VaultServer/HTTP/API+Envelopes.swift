// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import Hummingbird
import NIOCore
import Vault

/// The envelopes of a case by the page, for whoever changes its key.
///
/// One question for hundreds of objects: one for each would take longer than opening and sealing them.
extension API {
    /// A page ends once it holds this many bytes.
    private static let pageSize = 1 << 20
    /// Objects that are looked up at once, and read from the store at once.
    private static let found = 512
    private static let read = 16

    func addEnvelopeRoutes(to router: Router<VaultContext>) {
        signed(router, .get, "v1/cases/:case/envelopes") { request, context, caller in
            let access = try await release(for: caller)
            guard access.scope == .envelopes, try access.caseID == context.caseID("case") else {
                throw APIError.notFound
            }
            guard let text = request.uri.queryParameters["after"] else {
                return try await envelopes(of: access.caseID, after: nil, for: caller)
            }
            guard let place = ObjectPlace(parsing: text) else {
                throw APIError(.malformed, "after is not the place of an object")
            }
            return try await envelopes(of: access.caseID, after: place, for: caller)
        }
    }

    private func envelopes(
        of id: CaseID,
        after place: ObjectPlace?,
        for caller: Caller
    ) async throws -> Response {
        // The page, and what is read at once.
        guard let room = await downloads.reserve(3 * Self.pageSize, for: caller.member.hex) else {
            throw APIError.busy(configuration.retryAfter)
        }
        let total = place == nil ? try await vault.index.objectCount(of: id) : nil
        let page = try await page(of: id, after: place, total: total)
        return Response(
            status: .ok,
            headers: [.contentType: "application/octet-stream"],
            body: ResponseBody(contentLength: page.readableBytes) { writer in
                try await writer.write(page)
                try await writer.finish(nil)
                withExtendedLifetime(room) {}
            }
        )
    }

    private func page(
        of id: CaseID,
        after place: ObjectPlace?,
        total: UInt64?
    ) async throws -> ByteBuffer {
        var writer = EnvelopePage.Writer(caseID: id, total: total)
        let objects = try await vault.index.objects(of: id, after: place, limit: Self.found)
        var begun: Hash?
        for start in stride(from: 0, to: objects.count, by: Self.read) {
            let few = objects[start..<min(start + Self.read, objects.count)]
            let contents = try await contents(of: few, after: begun)
            for (object, content) in zip(few, contents) {
                if object.record != begun {
                    begun = object.record
                    writer.add(
                        record: object.record,
                        at: object.place.leaf,
                        content.record.readableBytesView
                    )
                }
                writer.add(object.place.object, content.envelope.readableBytesView)
            }
            let isFull = writer.bytes.count >= Self.pageSize
            guard isFull || few.endIndex == Self.found, let last = few.last?.place else { continue }
            writer.end(before: last)
            break
        }
        return ByteBuffer(bytes: writer.bytes)
    }

    /// Reads envelopes, and with the first of each submission its record.
    private func contents(
        of objects: ArraySlice<PlacedObject>,
        after begun: Hash?
    ) async throws -> [(record: ByteBuffer, envelope: ByteBuffer)] {
        try await withThrowingTaskGroup(of: (Int, ByteBuffer, ByteBuffer).self) { group in
            var last = begun
            for (place, object) in zip(objects.indices, objects) {
                let isFirst = object.record != last
                last = object.record
                group.addTask {
                    let record = isFirst ? try await shortRecord(object.record) : ByteBuffer()
                    return (place, record, try await content(at: object.envelope))
                }
            }
            var found: [Int: (record: ByteBuffer, envelope: ByteBuffer)] = [:]
            for try await (place, record, envelope) in group { found[place] = (record, envelope) }
            return objects.indices.compactMap { found[$0] }
        }
    }

    /// A record, or nothing where it is asked for by its name.
    private func shortRecord(_ hash: Hash) async throws -> ByteBuffer {
        guard try await vault.uploads.size(.records, hash) <= EnvelopePage.maximumRecordSize else {
            return ByteBuffer()
        }
        return try await vault.uploads.content(.records, hash)
    }

    private func content(at place: EnvelopePlace) async throws -> ByteBuffer {
        switch place {
        case .submitted(let hash): try await vault.uploads.content(.envelopes, hash)
        case .pack(let pack, let range): try await vault.uploads.content(.packs, pack, range)
        }
    }
}
