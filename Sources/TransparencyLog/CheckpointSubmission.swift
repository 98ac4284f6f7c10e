// SPDX-License-Identifier: Apache-2.0

/// The log's side of showing one checkpoint to one witness, from the first request to an outcome.
///
/// A value without sockets: whoever has it sends ``oldSize`` with the proof that belongs to it, and feeds
/// each answer to ``receive(_:)`` until there is an outcome. See c2sp.org/tlog-witness, "add-checkpoint".
public struct CheckpointSubmission: Sendable {
    /// The longest answer that is looked at, in bytes.
    public static let maximumAnswer = 64 << 10
    /// The most requests for one checkpoint.
    ///
    /// One to learn the witness's size, one with the proof from there, and one more each for a log that
    /// grew in between and for a proof that was refused.
    public static let maximumRequests = 4

    /// A witness's answer, as far as it matters.
    public struct Answer: Sendable {
        /// The HTTP status.
        public let status: Int
        /// The body, at most ``CheckpointSubmission/maximumAnswer`` bytes.
        public let body: [UInt8]

        /// Takes an answer.
        public init(status: Int, body: [UInt8]) {
            self.status = status
            self.body = body
        }
    }

    /// How it ended.
    public enum Outcome: Equatable, Sendable {
        /// The witness has cosigned, and its signature verifies under its pinned key.
        case cosigned(NoteSignature, time: UInt64)
        /// The witness says that it has cosigned a larger tree.
        case larger(UInt64)
        /// The witness says that it knows another tree: of this size, or of the older size given.
        case forked(knownSize: UInt64)
        /// Nothing is known that was not known before.
        case failed(SubmissionFailure)
    }

    /// The size that the next request names as the one cosigned last.
    public private(set) var oldSize: UInt64

    private let note: SignedNote
    private let size: UInt64
    private let witness: VerifierKey
    private var requests = 0
    private var wasRefused = false

    /// Begins.
    ///
    /// - Parameters:
    ///   - note: The log's checkpoint.
    ///   - size: Its size.
    ///   - witness: The key that the cosignature must verify under.
    ///   - knownSize: What the witness is believed to have cosigned last; 0 to be told.
    public init(
        of note: SignedNote,
        size: UInt64,
        to witness: VerifierKey,
        knownSize: UInt64 = 0
    ) {
        self.note = note
        self.size = size
        self.witness = witness
        oldSize = min(knownSize, size)
    }

    /// Takes the answer to a request with ``oldSize``.
    ///
    /// - Returns: `nil` where another request is to be sent.
    public mutating func receive(_ answer: Answer) -> Outcome? {
        requests += 1
        switch answer.status {
        case 200: return cosignature(in: answer.body)
        case 409: return conflict(Self.size(in: answer.body))
        case 422: return refusal()
        default: return .failed(.status(answer.status))
        }
    }

    /// The line under the pinned key; others, whatever they are, are not merged.
    private func cosignature(in body: [UInt8]) -> Outcome {
        let lines = CanonicalText.lines(String(decoding: body, as: UTF8.self))
        let own = lines.compactMap { NoteSignature(parsing: $0) }.filter(witness.isNamed(by:))
        guard !own.isEmpty else { return .failed(.noCosignature) }
        do {
            let signed = try SignedNote(text: note.text, signatures: own).verified(by: [witness])
            guard let first = signed.first, let time = first.time, time > 0 else {
                return .failed(.noCosignature)
            }
            return .cosigned(first.signature, time: time)
        } catch {
            return .failed(.badCosignature(error))
        }
    }

    /// The witness has another size than the request named.
    private mutating func conflict(_ known: UInt64?) -> Outcome? {
        guard let known, known != oldSize else {
            // Witnesses of the older specification say so of another root for that size.
            return oldSize == size && size > 0 ? .forked(knownSize: size) : .failed(.badSize)
        }
        guard known <= size else { return .larger(known) }
        guard requests < Self.maximumRequests else { return .failed(.badSize) }
        oldSize = known
        return nil
    }

    /// The witness finds that its tree is not the beginning of this one.
    private mutating func refusal() -> Outcome? {
        // With an old size of 0 there is nothing that could differ.
        guard oldSize > 0 else { return .failed(.status(422)) }
        guard oldSize < size, !wasRefused, requests < Self.maximumRequests else {
            return .forked(knownSize: oldSize)
        }
        wasRefused = true
        return nil
    }

    /// The size in the body of a 409, whatever its media type.
    private static func size(in body: [UInt8]) -> UInt64? {
        guard body.count <= 21, body.last == UInt8(ascii: "\n") else { return nil }
        return CanonicalText.decimal(String(decoding: body.dropLast(), as: UTF8.self))
    }
}

/// Why a submission came to nothing.
public enum SubmissionFailure: Error, Equatable, Sendable {
    /// The witness answered with a status that ends it.
    case status(Int)
    /// No line of the answer is by the witness's key.
    case noCosignature
    /// A line by the witness's key does not verify.
    case badCosignature(NoteError)
    /// The size that the witness says it knows is none, or changes without end.
    case badSize
}

extension SubmissionFailure: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .status(let status): "the witness answered with status \(status)"
        case .noCosignature: "the answer holds no cosignature by the witness's key"
        case .badCosignature(let error): "\(error)"
        case .badSize: "the witness does not say which size it knows"
        }
    }
}
