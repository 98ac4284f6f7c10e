// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import Hummingbird
import NIOCore
import Vault

extension API {
    /// Bytes read and written at once, per download.
    static let downloadPiece = 512 << 10
    /// How long a logged access statement releases what it names, in seconds.
    static let releaseTime: Int64 = 24 * 3600

    /// Evidence, released only by a logged access statement.
    func addDownloadRoutes(to router: Router<VaultContext>) {
        signed(router, .get, "v1/records/:name") { _, context, caller in
            let hash = try context.hash("name")
            let release = try await release(for: caller)
            guard try await names(hash, in: release) else { throw APIError.notFound }
            return try await whole(.records, hash, for: caller)
        }
        signed(router, .get, "v1/objects/:object/envelope") { _, context, caller in
            let object = try await object(context, caller, isEnvelope: true)
            return try await envelope(of: object.id, for: caller)
        }
        signed(router, .get, "v1/objects/:object/payload") { request, context, caller in
            let object = try await object(context, caller)
            return try await payload(of: object, request, caller)
        }
    }

    /// The access statement that the caller names, if it still releases anything to them.
    func release(for caller: Caller) async throws -> Access {
        guard let id = caller.access, let index = try await vault.index.statement(id) else {
            throw APIError.notFound
        }
        let entry = try await vault.log.entry(at: index)
        guard case .access(let access) = entry.signed.statement.act,
            entry.signed.statement.actor == caller.member,
            now().seconds - entry.accepted.seconds <= Self.releaseTime,
            // Asked again at each download: the right may have ended since.
            caller.mayRead(access.caseID)
        else { throw APIError.notFound }
        return access
    }

    /// The object in the path, if the caller's access statement covers it.
    private func object(
        _ context: VaultContext,
        _ caller: Caller,
        isEnvelope: Bool = false
    ) async throws -> ObjectDescription {
        let access = try await release(for: caller)
        guard let text = context.parameters.get("object"), let id = ObjectID(hex: text),
            let name = try await vault.index.record(of: id), try await names(name, in: access)
        else { throw APIError.notFound }
        let record = try await record(name)
        guard let position = record.objects.firstIndex(where: { $0.id == id }) else {
            throw APIError.notFound
        }
        let isReleased =
            switch access.scope {
            case .manifest: position == 0
            case .objects: access.objects.contains(id)
            case .all: true
            case .envelopes: isEnvelope
            }
        guard isReleased else { throw APIError.notFound }
        return record.objects[position]
    }

    /// Answers with an object's envelope, wherever it lies now.
    private func envelope(of object: ObjectID, for caller: Caller) async throws -> Response {
        switch try await vault.index.envelope(of: object) {
        case .submitted(let hash): try await whole(.envelopes, hash, for: caller)
        case .pack(let pack, let range): try await part(range, of: pack, for: caller)
        case nil: throw APIError.notFound
        }
    }

    /// Answers with the envelope that lies in a pack.
    private func part(
        _ range: Range<UInt64>,
        of pack: Hash,
        for caller: Caller
    ) async throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/octet-stream"],
            body: try await body(range.count, for: caller, from: .packs, [(pack, range)])
        )
    }

    /// Whether an access statement releases a record, or the list of commitments of one.
    private func names(_ hash: Hash, in access: Access) async throws -> Bool {
        if access.records.contains(hash) { return true }
        if access.scope == .envelopes {
            return try await vault.index.submission(hash)?.caseID == access.caseID
        }
        // The entry that first named a list tells its record: reading all records for each list would
        // take the square of their number.
        guard let leaf = try await vault.index.leaf(naming: hash) else { return false }
        let entry = try await vault.log.entry(at: leaf)
        guard case .submit(let submit) = entry.signed.statement.act, submit.commitments == hash
        else { return false }
        if access.records.contains(submit.record) { return true }
        // Another submission may name the same list.
        for name in access.records where try await record(name).commitments == hash { return true }
        return false
    }

    private func record(_ hash: Hash) async throws -> SubmissionRecord {
        try await records.record(hash) {
            try await vault.uploads.content(.records, hash)
        }
    }

    private func payload(
        of object: ObjectDescription,
        _ request: Request,
        _ caller: Caller
    ) async throws -> Response {
        let size = object.payloadSize
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .acceptRanges: "bytes",
        ]
        let range: Range<UInt64>
        var status = HTTPResponse.Status.ok
        switch ByteRange(request.headers[.range], size: size) {
        case .whole: range = 0..<size
        case .part(let part):
            range = part
            status = .partialContent
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
        case .unsatisfiable:
            throw APIError(.range, "the range does not lie in the payload")
        }
        let pieces = PayloadPieces(range, of: object, atMost: Self.downloadPiece)
        return Response(
            status: status,
            headers: headers,
            body: try await body(range.count, for: caller, from: .segments, pieces)
        )
    }

    /// Answers with the whole of an upload.
    func whole(_ kind: ContentKind, _ hash: Hash, for caller: Caller) async throws -> Response {
        let size = try await vault.uploads.size(kind, hash)
        let pieces = stride(from: 0, to: size, by: Self.downloadPiece).map { start in
            (hash, start..<min(size, start + UInt64(Self.downloadPiece)))
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/octet-stream"],
            body: try await body(Int(size), for: caller, from: kind, pieces)
        )
    }

    /// A body that is read piece by piece, so that each download holds no more than one: ranges of at
    /// most ``downloadPiece`` bytes; 503 where there is no room for another download.
    private func body(
        _ size: Int,
        for caller: Caller,
        from kind: ContentKind,
        _ pieces: some Sequence<(Hash, Range<UInt64>)> & Sendable
    ) async throws -> ResponseBody {
        let held = min(size, Self.downloadPiece)
        guard let room = await downloads.reserve(held, for: caller.member.hex) else {
            throw APIError.busy(configuration.retryAfter)
        }
        return ResponseBody(contentLength: size) { writer in
            for (hash, range) in pieces {
                try await writer.write(try await vault.uploads.content(kind, hash, range))
            }
            try await writer.finish(nil)
            withExtendedLifetime(room) {}
        }
    }
}

/// A range of a payload as ranges of its segments, each small enough to hold in memory.
struct PayloadPieces: Sequence, IteratorProtocol, Sendable {
    private let object: ObjectDescription
    private let limit: UInt64
    private var rest: Range<UInt64>

    init(_ range: Range<UInt64>, of object: ObjectDescription, atMost limit: Int) {
        self.object = object
        self.limit = UInt64(limit)
        rest = range
    }

    mutating func next() -> (Hash, Range<UInt64>)? {
        guard !rest.isEmpty else { return nil }
        let (segment, offset) = rest.lowerBound.quotientAndRemainder(
            dividingBy: ObjectDescription.segmentSize
        )
        let left = Swift.min(limit, ObjectDescription.segmentSize - offset)
        let count = Swift.min(left, UInt64(rest.count))
        rest = rest.lowerBound + count..<rest.upperBound
        return (object.segments[Int(segment)], offset..<offset + count)
    }
}
