// SPDX-License-Identifier: Apache-2.0

public import Age
public import Bulk
public import Vault

/// Opens one object, segment by segment, and holds it to what the record and the manifest say.
///
/// The key commitment is checked before anything is decrypted, each segment's digest before its
/// chunks are, if that is asked for, and the plaintext's hash, size and padding before ``finish()`` returns. What comes out
/// before that is authentic in its place but not yet complete: it goes to a temporary name, and is
/// released only after ``finish()``. See <doc:Object>.
public struct ObjectOpener: ~Copyable {
    /// Takes plaintext, in order.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    private let description: ObjectDescription
    private let fileKey: FileKey
    private let expected: (sha256: Hash, size: UInt64)?
    private let checksSegments: Bool
    /// With the padding.
    private let paddedSize: UInt64
    private let chunkCount: UInt64

    private var cipher: PayloadCipher?
    private var hasher = SHA256Hasher()
    private var segment = 0
    private var chunk: UInt64 = 0
    /// A chunk that crosses from one segment into the next, and how much of it is there.
    private var aside = [UInt8](repeating: 0, count: PayloadLayout.sealedChunkSize)
    private var asideCount = 0
    /// What the first error was; a failed object stays failed.
    private var failure: OpenError?

    /// Unwraps the file key and checks that it is the one that the record commits to.
    ///
    /// - Parameters:
    ///   - envelope: the object's age header.
    ///   - description: the object's entry in a record whose hash was logged.
    ///   - identities: the key of the case's epoch.
    ///   - isRewrapped: whether a rotation sealed the envelope anew, after the record was made.
    ///   - takesAnyKey: whether the file key need not be the one committed to. Only to seal a submission
    ///     anew: what it opens counts only where ``finish()`` finds the plaintext that was committed to.
    ///   - sha256: of the plaintext, from the manifest.
    ///   - size: of the plaintext in bytes, from the manifest.
    ///   - checksSegments: whether each segment must have its digest. What opens under the key that was committed
    ///     to, to the plaintext that was committed to, is what was sealed; the digests tell who spoiled what does not.
    /// - Throws: ``OpenError``.
    public init(
        envelope: [UInt8],
        description: ObjectDescription,
        identities: [any Identity],
        isRewrapped: Bool = false,
        takesAnyKey: Bool = false,
        sha256: Hash,
        size: UInt64,
        checksSegments: Bool = true
    ) throws(OpenError) {
        guard size <= SourceFile.maximumSize,
            ObjectSealer.payloadSize(ofContent: size) == description.payloadSize
        else { throw .size }
        try self.init(
            envelope,
            description,
            identities,
            isRewrapped,
            takesAnyKey,
            expected: (sha256, size),
            checksSegments
        )
    }

    /// Opens an object of which only the record tells; the sink also receives the padding.
    init(
        _ envelope: [UInt8],
        _ description: ObjectDescription,
        _ identities: [any Identity],
        _ isRewrapped: Bool,
        _ takesAnyKey: Bool,
        expected: (sha256: Hash, size: UInt64)? = nil,
        _ checksSegments: Bool = true
    ) throws(OpenError) {
        guard let size = PayloadLayout.plaintextSize(payloadSize: description.payloadSize) else {
            throw .size
        }
        fileKey = try Envelope.fileKey(
            in: envelope,
            of: description,
            with: identities,
            isRewrapped: isRewrapped,
            takesAnyKey: takesAnyKey
        )
        self.description = description
        self.expected = expected
        self.checksSegments = checksSegments
        paddedSize = size
        chunkCount = PayloadLayout.chunkCount(plaintextSize: size)
    }

    /// Opens the next segment in place and passes its plaintext on.
    ///
    /// - Parameters:
    ///   - bytes: the segment, which is overwritten.
    ///   - digest: its SHA-256, where the caller has computed it; else it is computed here.
    ///   - sink: takes the plaintext, without padding.
    /// - Throws: ``OpenError``, the same one from then on, and what the sink throws.
    public mutating func open(
        _ bytes: UnsafeMutableRawBufferPointer,
        digest: Hash? = nil,
        to sink: Sink
    ) throws {
        if let failure { throw failure }
        do {
            if checksSegments {
                let digest = unsafe digest ?? Hash(hashing: UnsafeRawBufferPointer(bytes))
                guard
                    segment >= description.segments.count
                        || digest == description.segments[segment]
                else { throw OpenError.segment(segment) }
            }
            try unsafe openSegment(bytes, to: sink)
        } catch let error as OpenError {
            failure = error
            throw error
        }
    }

    /// Ends the object: only now it is whole.
    ///
    /// - Throws: ``OpenError``.
    public consuming func finish() throws(OpenError) {
        if let failure { throw failure }
        guard segment == description.segments.count, chunk == chunkCount else {
            throw .missingSegment(segment)
        }
        if let expected, hasher.finalize() != expected.sha256 { throw .sha256 }
    }

    private mutating func openSegment(
        _ bytes: UnsafeMutableRawBufferPointer,
        to sink: Sink
    ) throws {
        guard segment < description.segments.count else { throw OpenError.extraSegment }
        guard UInt64(bytes.count) == description.size(ofSegment: segment) else {
            throw OpenError.segment(segment)
        }
        var offset = 0
        if segment == 0 {
            offset = PayloadLayout.nonceSize
            cipher = unsafe PayloadCipher(fileKey: fileKey, nonce: Array(bytes[..<offset]))
        }
        while offset < bytes.count {
            let wanted = sealedSize(of: chunk) - asideCount
            let count = min(wanted, bytes.count - offset)
            let part = unsafe UnsafeMutableRawBufferPointer(
                rebasing: bytes[offset..<offset + count]
            )
            offset += count
            if asideCount == 0, count == wanted {
                try unsafe openChunk(part, to: sink)
            } else {
                unsafe aside.withUnsafeMutableBytes {
                    unsafe UnsafeMutableRawBufferPointer(rebasing: $0[asideCount...])
                        .copyMemory(from: UnsafeRawBufferPointer(part))
                }
                asideCount += count
                if count == wanted { try unsafe openAside(to: sink) }
            }
        }
        segment += 1
    }

    private mutating func openAside(to sink: Sink) throws {
        var sealed = aside
        sealed.removeLast(aside.count - asideCount)
        asideCount = 0
        try unsafe sealed.withUnsafeMutableBytes { try unsafe openChunk($0, to: sink) }
    }

    private mutating func openChunk(
        _ sealed: UnsafeMutableRawBufferPointer,
        to sink: Sink
    ) throws {
        let text = unsafe UnsafeMutableRawBufferPointer(
            rebasing: sealed[..<(sealed.count - PayloadLayout.tagSize)]
        )
        let isAuthentic = unsafe cipher?.open(
            UnsafeRawBufferPointer(sealed),
            into: text,
            chunk: chunk,
            isLast: chunk + 1 == chunkCount
        )
        guard isAuthentic == true else { throw OpenError.chunk(chunk) }
        let start = chunk * UInt64(PayloadLayout.chunkSize)
        chunk += 1
        let end = expected?.size ?? paddedSize
        let count = Int(min(UInt64(text.count), end > start ? end - start : 0))
        guard unsafe text[count...].allSatisfy({ $0 == 0 }) else { throw OpenError.padding }
        guard count > 0 else { return }
        let content = unsafe UnsafeRawBufferPointer(rebasing: text[..<count])
        unsafe hasher.update(raw: content)
        try unsafe sink(content)
    }

    private func sealedSize(of chunk: UInt64) -> Int {
        let left = paddedSize - chunk * UInt64(PayloadLayout.chunkSize)
        return Int(min(left, UInt64(PayloadLayout.chunkSize))) + PayloadLayout.tagSize
    }
}
