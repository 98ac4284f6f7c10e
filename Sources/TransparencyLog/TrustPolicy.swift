// SPDX-License-Identifier: Apache-2.0

/// Whose signatures make a checkpoint believable: logs, witnesses and a quorum of these.
///
/// See c2sp.org/tlog-policy; ``init(parsing:)`` reads such a file.
public struct TrustPolicy: Sendable {
    /// A log that is accepted.
    public struct Log: Hashable, Sendable {
        /// The key that signs the log's checkpoints.
        public let key: VerifierKey
        /// The first line of the log's checkpoints.
        ///
        /// As a rule the key's name.
        public let origin: String
        /// Where the log is found; its meaning is the application's.
        public let url: String?
        /// The sizes of the tree that the key vouches for.
        ///
        /// All of them where a policy file says it: the files have no word for this.
        public let sizes: ClosedRange<UInt64>

        /// Accepts a log; without an origin, the one that the key is named for.
        public init(
            key: VerifierKey,
            origin: String? = nil,
            url: String? = nil,
            sizes: ClosedRange<UInt64> = 0...(.max)
        ) {
            self.key = key
            self.origin = origin ?? key.name
            self.url = url
            self.sizes = sizes
        }
    }

    /// A witness whose cosignatures may count.
    public struct Witness: Hashable, Sendable {
        /// The key of its cosignatures.
        public let key: VerifierKey
        /// Where the witness is found; its meaning is the application's.
        public let url: String?

        /// Takes a witness.
        public init(key: VerifierKey, url: String? = nil) {
            self.key = key
            self.url = url
        }
    }

    /// Which witnesses must have cosigned.
    public indirect enum Quorum: Hashable, Sendable {
        /// None.
        case none
        /// This one.
        case witness(VerifierKey)
        /// At least so many of the members.
        case group(threshold: Int, members: [Quorum])

        /// Whether some cosigners are enough.
        func isMet(by cosigners: Set<VerifierKey>) -> Bool {
            switch self {
            case .none: true
            case .witness(let key): cosigners.contains(key)
            case .group(let threshold, let members):
                members.lazy.filter { $0.isMet(by: cosigners) }.prefix(threshold).count == threshold
            }
        }
    }

    /// The accepted logs: a checkpoint by any of them will do.
    public let logs: [Log]
    /// The known witnesses.
    public let witnesses: [Witness]
    /// Which of the witnesses must have cosigned.
    public let quorum: Quorum

    /// Puts a policy together.
    public init(logs: [Log], witnesses: [Witness] = [], quorum: Quorum = .none) {
        self.logs = logs
        self.witnesses = witnesses
        self.quorum = quorum
    }

    /// Judges a checkpoint.
    ///
    /// The steps of c2sp.org/tlog-proof, "Verifying a tlog proof", 2 and 3: the origin is one of an
    /// accepted log, a key of that log and of that size signed, no signature by a log or witness that is known fails,
    /// and the quorum cosigned.
    ///
    /// - Throws: ``TrustPolicyViolation``.
    public func verify(_ note: SignedNote) throws(TrustPolicyViolation) -> TrustedCheckpoint {
        let checkpoint: Checkpoint
        do { checkpoint = try Checkpoint(parsing: note.text) } catch {
            throw .notACheckpoint(error)
        }
        let ofOrigin = logs.filter { CanonicalText.same($0.origin, checkpoint.origin) }
        guard !ofOrigin.isEmpty else {
            throw .unknownOrigin(got: checkpoint.origin, want: logs.map(\.origin))
        }
        let logKeys = Set(ofOrigin.filter { $0.sizes.contains(checkpoint.size) }.map(\.key))
        let witnessKeys = Set(witnesses.map(\.key))
        let verified: [VerifiedSignature]
        do {
            verified = try note.verified(by: Array(logKeys.union(witnessKeys)))
        } catch .noKnownSignature {
            throw .notSignedByLog(checkpoint.origin)
        } catch {
            throw .badSignature(error)
        }
        let logSignatures = verified.filter { logKeys.contains($0.key) }
        guard !logSignatures.isEmpty else { throw .notSignedByLog(checkpoint.origin) }
        let cosignatures = verified.filter { witnessKeys.contains($0.key) }
        guard quorum.isMet(by: Set(cosignatures.map(\.key))) else {
            throw .quorumNotMet(cosignedBy: cosignatures.map(\.key.name))
        }
        return TrustedCheckpoint(
            checkpoint: checkpoint,
            logSignatures: logSignatures,
            cosignatures: cosignatures
        )
    }
}

/// A checkpoint that met a policy, and by which signatures.
public struct TrustedCheckpoint: Hashable, Sendable {
    /// The checkpoint.
    public let checkpoint: Checkpoint
    /// The log's signatures.
    ///
    /// At least one.
    public let logSignatures: [VerifiedSignature]
    /// The cosignatures by known witnesses, with their times.
    public let cosignatures: [VerifiedSignature]
}

/// Why a checkpoint does not meet a policy.
public enum TrustPolicyViolation: Error, Equatable, Sendable {
    /// The note's text is not a checkpoint.
    case notACheckpoint(CheckpointError)
    /// No accepted log has that origin.
    case unknownOrigin(got: String, want: [String])
    /// A known key's signature does not verify, or two known keys cannot be told apart.
    case badSignature(NoteError)
    /// No key of the log signed.
    case notSignedByLog(String)
    /// The witnesses that cosigned are not enough; their names are given.
    case quorumNotMet(cosignedBy: [String])
}

extension TrustPolicyViolation: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .notACheckpoint(let error): "the note is not a checkpoint: \(error)"
        case .unknownOrigin(let got, let want):
            "the checkpoint is another log's: got \"\(got)\", want "
                + Set(want).sorted().map { "\"\($0)\"" }.joined(separator: " or ")
        case .badSignature(let error): "\(error)"
        case .notSignedByLog(let origin): "no known key of the log \"\(origin)\" signed"
        case .quorumNotMet(let names):
            names.isEmpty
                ? "the witness quorum is not met: no known witness cosigned"
                : "the witness quorum is not met: only \(names.joined(separator: ", ")) cosigned"
        }
    }
}
