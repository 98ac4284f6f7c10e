// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import NIOCore
public import Vault

/// Why an upload was not taken.
public enum UploadError: Error, Sendable {
    /// Longer than its kind allows, in bytes.
    case tooLarge(limit: Int)
    /// It has no bytes.
    case empty
    /// Other bytes than the announced number arrived.
    case wrongSize(got: Int, want: Int)
    /// The bytes do not hash to the name.
    case wrongHash(got: Hash)
    /// The member's uploads that no statement names yet would pass the quota; in bytes.
    case quota(limit: UInt64, used: UInt64)
    /// The same content is being removed at this moment; a repeat will be taken.
    case busy
    /// Nothing may be collected, since a logged record is missing or damaged, and what it names is
    /// not known.
    case lostRecord(Hash)
    /// The store failed.
    case storage(StorageError)
    /// The index failed.
    case index(IndexError)
    /// The sender broke off.
    case interrupted
}

/// What an upload did.
public enum UploadOutcome: Hashable, Sendable {
    /// The content is new.
    case created
    /// The content was there already.
    case existing
}

/// Takes in what members upload, before any statement names it.
///
/// Content is named by the SHA-256 of its bytes, so no name can be squatted and an upload that is
/// repeated does no harm. What no logged statement names yet is counted against its uploader's quota,
/// and collected when it is abandoned.
public struct Uploads: Sendable {
    let store: any ObjectStore
    let index: VaultIndex
    let quota: UInt64
    let now: @Sendable () -> UTCTime

    /// Takes one upload; it is durable when this returns.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - hash: The name, which its bytes must hash to.
    ///   - member: Who uploads.
    ///   - size: The announced size in bytes.
    ///   - body: The bytes; read to the end, held in memory until then.
    /// - Returns: Whether it is new.
    /// - Throws: ``UploadError``; nothing is stored or counted then.
    public func put(
        _ kind: ContentKind,
        _ hash: Hash,
        by member: Fingerprint,
        size: Int,
        body: some AsyncSequence<ByteBuffer, any Error>
    ) async throws(UploadError) -> UploadOutcome {
        guard size <= kind.sizeLimit else { throw .tooLarge(limit: kind.sizeLimit) }
        guard size > 0 else { throw .empty }
        let upload = Upload(kind: kind, hash: hash, member: member, size: UInt64(size))
        let pin = index.pin([hash])
        defer { withExtendedLifetime(pin) {} }
        guard pin.collecting.isEmpty else { throw .busy }
        try await begin(upload)
        let outcome: Result<UploadOutcome, UploadError>
        do throws(UploadError) {
            let chunks = try await receive(body, size: size, hash: hash)
            outcome = .success(try await store(chunks, upload))
        } catch {
            outcome = .failure(error)
        }
        let isStored = (try? outcome.get()) != nil
        // In a task of its own: a sender who breaks off must not leave the quota in between.
        let end = Task { [index, now] in
            try await index.endUpload(upload, isStored: isStored, at: now())
        }
        do {
            try await end.value
        } catch  where isStored {
            throw .index(IndexError(error))
        } catch {
            // The reason why it was not stored says more.
        }
        return try outcome.get()
    }

    /// Whether a member has uploaded something that is still there.
    public func has(
        _ kind: ContentKind,
        _ hash: Hash,
        by member: Fingerprint
    ) async throws(UploadError) -> Bool {
        do {
            guard try await index.uploaded(hash, by: member) else { return false }
        } catch {
            throw .index(error)
        }
        do {
            return try await store.size(of: .content(kind, hash)) != nil
        } catch {
            throw .storage(error)
        }
    }

    /// How many bytes a member has uploaded that no logged statement names yet.
    public func used(by member: Fingerprint) async throws(UploadError) -> UInt64 {
        do {
            return try await index.used(by: member)
        } catch {
            throw .index(error)
        }
    }

    /// Reads content, or a range of its bytes.
    public func content(
        _ kind: ContentKind,
        _ hash: Hash,
        _ range: Range<UInt64>? = nil
    ) async throws(StorageError) -> ByteBuffer {
        try await store.read(.content(kind, hash), range)
    }

    /// The size of content in bytes.
    ///
    /// - Throws: ``StorageError`` with `missing` where there is none.
    func size(_ kind: ContentKind, _ hash: Hash) async throws(StorageError) -> UInt64 {
        let key = StorageKey.content(kind, hash)
        guard let size = try await store.size(of: key) else {
            throw StorageError(.missing, path: key.path)
        }
        return size
    }

    private func begin(_ upload: Upload) async throws(UploadError) {
        let reservation: Reservation
        do {
            reservation = try await index.beginUpload(upload, quota: quota, at: now())
        } catch {
            throw .index(error)
        }
        if case .overQuota(let used) = reservation { throw .quota(limit: quota, used: used) }
    }

    private func receive(
        _ body: some AsyncSequence<ByteBuffer, any Error>,
        size: Int,
        hash: Hash
    ) async throws(UploadError) -> [ByteBuffer] {
        var hasher = SHA256Hasher()
        var chunks: [ByteBuffer] = []
        var received = 0
        do {
            for try await chunk in body {
                received += chunk.readableBytes
                guard received <= size else { break }
                unsafe chunk.withUnsafeReadableBytes { unsafe hasher.update(raw: $0) }
                chunks.append(chunk)
            }
        } catch {
            throw .interrupted
        }
        guard received == size else { throw .wrongSize(got: received, want: size) }
        let got = hasher.finalize()
        guard got == hash else { throw .wrongHash(got: got) }
        return chunks
    }

    private func store(
        _ chunks: [ByteBuffer],
        _ upload: Upload
    ) async throws(UploadError) -> UploadOutcome {
        let key = StorageKey.content(upload.kind, upload.hash)
        do {
            let isNew = try await store.size(of: key) == nil
            // Also what is there already: it may be there since a moment ago, and not be durable.
            try await store.create(key, chunks, durability: .immediate)
            return isNew ? .created : .existing
        } catch {
            throw .storage(error)
        }
    }
}
