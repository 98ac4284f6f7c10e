// SPDX-License-Identifier: Apache-2.0

public import Age
public import Bulk
import Foundation
public import Vault

/// An object that has been sealed: what the record says of it, and what the manifest says.
public struct SealedObject: Sendable {
    /// Its entry in the submission record.
    public let description: ObjectDescription
    /// The age header with its one stanza, stored apart from the payload.
    public let envelope: [UInt8]
    /// The SHA-256 of the plaintext, which only the manifest may hold.
    public let sha256: Hash
    /// The size of the plaintext in bytes, which only the manifest may hold.
    public let size: UInt64
}

/// Why an object was not sealed.
public enum SealError: Error, Equatable, Sendable {
    /// The file is no longer what it was.
    ///
    /// It must not be sealed under the same secret: a nonce would be used for two texts, which
    /// reveals both. The submission starts over with a new ``JobSecret``.
    case source(SourceError)
    /// The case's recipient cannot be sealed to.
    case recipient(KeyError)
    /// Nobody wanted the rest.
    case cancelled
}

extension SealError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .source(let error): "\(error)"
        case .recipient: "the case's recipient is not a valid key"
        case .cancelled: "sealing was cancelled"
        }
    }
}

/// Seals one object in a single pass: reads, hashes, pads, encrypts, cuts and hashes again.
///
/// Two threads share the work: one reads and hashes the plaintext, the other encrypts and hashes the
/// segments, and each passes to the other what is still in the cache. Memory is bounded by the pool.
///
/// ## Resuming
///
/// Sealing again with the same ``JobSecret`` and file gives the same bytes. Were the file another one,
/// the same key and nonce would meet two texts; an observer of both could compute their difference and
/// forge chunks. So whoever sends segments must write down a segment's digest durably *before* the
/// first of its bytes leaves, and pass what is written down as `recorded` on a resume: a segment
/// that differs is never handed out. See <doc:Object>.
public final class ObjectSealer: Sendable {
    private let stream: SegmentStream

    /// Starts to seal an object.
    ///
    /// - Parameters:
    ///   - plaintext: what is sealed.
    ///   - number: the object's number in the submission: 0 is the manifest.
    ///   - secrets: the submission's secret.
    ///   - recipient: the case's recipient of the current epoch.
    ///   - recorded: the digests that an earlier attempt wrote down, by segment; there may be gaps.
    ///   - pool: the submission's buffers.
    /// - Throws: ``SealError/recipient(_:)``.
    public init(
        _ plaintext: Plaintext,
        number: Int,
        secrets: borrowing JobSecret,
        recipient: HybridRecipient,
        recorded: [Int: Hash] = [:],
        pool: SegmentPool
    ) throws(SealError) {
        let content = plaintext.content
        let id = secrets.objectID(number)
        let fileKey = secrets.fileKey(number, content: content)
        let nonce = secrets.payloadNonce(number, content: content)
        let envelope: [UInt8]
        do {
            envelope = try Header(wrapping: fileKey, for: [recipient]).bytes
        } catch {
            throw .recipient(error)
        }
        let stream = SegmentStream()
        self.stream = stream
        let back = SealingBack(
            cipher: PayloadCipher(fileKey: fileKey, nonce: nonce),
            recorded: recorded,
            stream: stream,
            object: UnfinishedObject(
                id: id,
                envelope: envelope,
                keyCommitment: KeyCommitment.of(fileKey, object: id),
                size: plaintext.size
            )
        )
        let front = SealingFront(
            plaintext: plaintext,
            nonce: nonce,
            cipher: PayloadCipher(fileKey: fileKey, nonce: nonce),
            pool: pool,
            stream: stream
        )
        Self.run(front, back, overlapped: plaintext.size > Self.overlapThreshold)
    }

    deinit { cancel() }

    /// The next segment, in order; `nil` when all have been handed out.
    ///
    /// - Throws: ``SealError``, the same one from then on.
    public func next() async throws(SealError) -> SealedSegment? { try await stream.next() }

    /// The object, once ``next()`` has given `nil`.
    public var object: SealedObject? { try? stream.outcome?.get() }

    /// Stops the threads, which end soon; ``next()`` throws ``SealError/cancelled``.
    public func cancel() { stream.end(.failure(.cancelled)) }

    /// The size in bytes of the payload over a content, known before anything is sealed.
    public static func payloadSize(ofContent size: UInt64) -> UInt64 {
        PayloadLayout.payloadSize(plaintextSize: Padme.paddedSize(of: size))
    }

    /// Below this size a second thread costs more than it saves.
    private static let overlapThreshold: UInt64 = 1 << 20

    private static func run(_ front: SealingFront, _ back: SealingBack, overlapped: Bool) {
        guard overlapped else {
            Thread.detachNewThread { front.run { back.receive($0) } }
            return
        }
        let queue = BlockingQueue<SealingStep>(limit: 8)
        Thread.detachNewThread {
            front.run(depth: { queue.depth }) { queue.put($0) }
            queue.close()
        }
        Thread.detachNewThread {
            while let step = queue.take() { back.receive(step) }
        }
    }
}

/// What is known of an object before its payload is sealed.
struct UnfinishedObject: Sendable {
    let id: ObjectID
    let envelope: [UInt8]
    let keyCommitment: Hash
    /// Of the plaintext, in bytes.
    let size: UInt64

    func finished(sha256: Hash, segments: [Hash]) -> SealedObject {
        do {
            let description = try ObjectDescription(
                id: id,
                envelope: Hash(hashing: envelope),
                envelopeSize: UInt64(envelope.count),
                payloadSize: ObjectSealer.payloadSize(ofContent: size),
                keyCommitment: keyCommitment,
                segments: segments
            )
            return SealedObject(
                description: description,
                envelope: envelope,
                sha256: sha256,
                size: size
            )
        } catch {
            preconditionFailure("the segments do not fill the payload: \(error)")
        }
    }
}

/// The commitment that ties an object's id to its file key.
enum KeyCommitment {
    static func of(_ fileKey: borrowing FileKey, object: ObjectID) -> Hash {
        let bytes = fileKey.commitment(salt: object.bytes, info: "saksi/v1 file key commitment")
        guard let hash = Hash(bytes) else { preconditionFailure("a commitment has 32 bytes") }
        return hash
    }
}
