// SPDX-License-Identifier: Apache-2.0

/// A log as one of its witnesses knows it.
public struct WitnessedLog: Sendable {
    /// The first line of the log's checkpoints.
    public let origin: String
    /// The keys of which one must have signed a checkpoint.
    public var keys: [VerifierKey]
    /// The checkpoint that the witness cosigned last; `nil` before the first.
    public var latest: Checkpoint?

    /// Takes a log.
    public init(origin: String, keys: [VerifierKey], latest: Checkpoint? = nil) {
        self.origin = origin
        self.keys = keys
        self.latest = latest
    }

    /// Decides whether the witness may cosign.
    ///
    /// The rules of c2sp.org/tlog-witness, "add-checkpoint", in its order. Nothing is remembered: who
    /// calls this must make the new checkpoint ``latest``, durably and in one step with having looked,
    /// before a cosignature leaves the machine.
    ///
    /// - Returns: The checkpoint to cosign, with the signatures of the log's known keys and no others.
    /// - Throws: ``WitnessRefusal``.
    public func accept(_ request: AddCheckpointRequest) throws(WitnessRefusal) -> SignedNote {
        let checkpoint = request.checkpoint
        guard CanonicalText.same(origin, checkpoint.origin) else {
            throw .unknownOrigin(checkpoint.origin)
        }
        let note: SignedNote
        do {
            let signatures = try request.note.verified(by: keys).map(\.signature)
            note = try SignedNote(text: checkpoint.text, signatures: signatures)
        } catch {
            throw .notSigned(error)
        }
        guard request.oldSize <= checkpoint.size else {
            throw .oldSizeAboveNew(old: request.oldSize, new: checkpoint.size)
        }
        guard request.oldSize == latest?.size ?? 0 else { throw .otherSize(latest?.size ?? 0) }
        try checkRoot(of: checkpoint, request)
        return note
    }

    private func checkRoot(
        of checkpoint: Checkpoint,
        _ request: AddCheckpointRequest
    ) throws(WitnessRefusal) {
        guard checkpoint.size > 0 || checkpoint.root == MerkleTree.emptyRoot else {
            throw .otherRoot(size: 0)
        }
        guard let latest, latest.size > 0, latest.size < checkpoint.size else {
            // Every tree begins with the empty one, and a tree of the same size is the same tree.
            guard latest?.size != checkpoint.size || latest?.root == checkpoint.root else {
                throw .otherRoot(size: checkpoint.size)
            }
            guard request.proof.isEmpty else { throw .inconsistent(.tooManyHashes) }
            return
        }
        let proof = ConsistencyProof(
            oldSize: latest.size,
            newSize: checkpoint.size,
            hashes: request.proof
        )
        do { try proof.verify(oldRoot: latest.root, newRoot: checkpoint.root) } catch {
            throw .inconsistent(error)
        }
    }
}

/// Why a witness does not cosign, and what it answers.
public enum WitnessRefusal: Error, Equatable, Sendable {
    /// The body is not a request.
    case malformed(AddCheckpointError)
    /// The witness does not know the log.
    case unknownOrigin(String)
    /// No key of the log signed the checkpoint, or a signature by one does not verify.
    case notSigned(NoteError)
    /// The old size is larger than the checkpoint's.
    case oldSizeAboveNew(old: UInt64, new: UInt64)
    /// The old size is not that of the checkpoint that was cosigned last, which is given.
    case otherSize(UInt64)
    /// Another root was cosigned for that size: the log has forked.
    case otherRoot(size: UInt64)
    /// The proof does not lead from the checkpoint that was cosigned last to the new one.
    case inconsistent(ProofError)
}

extension WitnessRefusal {
    /// The media type of the one body that programs read.
    public static let sizeMediaType = "text/x.tlog.size"

    /// The HTTP status of the answer.
    public var status: Int {
        switch self {
        // Others read such a line, and find that its signature does not verify.
        case .malformed(.malformedNote(.misspeltSignature)): 403
        case .malformed, .oldSizeAboveNew: 400
        case .notSigned: 403
        case .unknownOrigin: 404
        case .otherSize: 409
        case .otherRoot, .inconsistent: 422
        }
    }

    /// The media type of the answer.
    public var mediaType: String {
        if case .otherSize = self { Self.sizeMediaType } else { "text/plain; charset=utf-8" }
    }

    /// The body of the answer: the size that programs read, or a line for people.
    public var body: String {
        if case .otherSize(let size) = self { "\(size)\n" } else { "\(self)\n" }
    }
}

extension WitnessRefusal: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .unknownOrigin(let origin): "the log \"\(origin)\" is unknown here"
        case .notSigned(let error): "\(error)"
        case .oldSizeAboveNew(let old, let new):
            "the old size \(old) is larger than the checkpoint's, \(new)"
        case .otherSize(let size): "the checkpoint cosigned last has size \(size)"
        case .otherRoot(let size): "another root hash is known for size \(size)"
        case .inconsistent(let error): "\(error)"
        }
    }
}
