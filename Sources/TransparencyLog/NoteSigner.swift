// SPDX-License-Identifier: Apache-2.0

import Crypto

/// Why nothing was signed.
public enum NoteSignerError: Error, Equatable, Sendable {
    /// The name is empty or holds a space, a plus or a control character.
    case malformedName
    /// The seed is not 32 bytes.
    case malformedSeed
    /// The text is empty, does not end in a line feed or holds a control character.
    case malformedText
    /// The time is later than 2⁶³ − 1 seconds.
    case malformedTime
    /// The cryptographic library did not sign.
    case failed
}

extension NoteSignerError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .malformedName: "the key's name is empty or holds a space, plus or control character"
        case .malformedSeed: "the seed is not 32 bytes"
        case .malformedText: "the text does not end in a line feed or holds a control character"
        case .malformedTime: "the time is later than 2^63 - 1 seconds"
        case .failed: "the cryptographic library did not sign"
        }
    }
}

/// Signs notes with Ed25519 (type 0x01).
///
/// The same key and text give the same signature. The seed lies in memory that swift-crypto wipes.
public struct NoteSigner: Sendable {
    /// The key that checks the signatures.
    public let verifierKey: VerifierKey
    private let key: Ed25519Signer

    /// Takes a key.
    ///
    /// - Parameters:
    ///   - name: The name in the signature lines.
    ///   - seed: The 32 bytes of an RFC 8032 private key.
    /// - Throws: ``NoteSignerError/malformedName`` or ``NoteSignerError/malformedSeed``.
    public init(name: String, seed: [UInt8]) throws(NoteSignerError) {
        key = try Ed25519Signer(seed: seed)
        verifierKey = try key.verifierKey(name: name, algorithm: .ed25519)
    }

    /// Signs a text.
    ///
    /// - Throws: ``NoteSignerError/malformedText`` for what no note can hold.
    public func signature(over text: String) throws(NoteSignerError) -> NoteSignature {
        try Ed25519Signer.check(text)
        return NoteSignature(
            name: verifierKey.name,
            keyID: verifierKey.keyID,
            bytes: try key.sign(Array(text.utf8))
        )
    }
}

/// Cosigns checkpoints as a witness does, `cosignature/v1` (type 0x04).
///
/// A cosignature says: at that time, this was the largest consistent tree of that origin that I had
/// seen. Whoever calls this must have made sure of it, and must use the key for nothing else, since
/// the message does not name the cosigner. See c2sp.org/tlog-cosignature.
public struct CosignatureSigner: Sendable {
    /// The key that checks the cosignatures.
    public let verifierKey: VerifierKey
    private let key: Ed25519Signer

    /// Takes a key.
    ///
    /// - Parameters:
    ///   - name: The name in the signature lines.
    ///   - seed: The 32 bytes of an RFC 8032 private key.
    /// - Throws: ``NoteSignerError/malformedName`` or ``NoteSignerError/malformedSeed``.
    public init(name: String, seed: [UInt8]) throws(NoteSignerError) {
        key = try Ed25519Signer(seed: seed)
        verifierKey = try key.verifierKey(name: name, algorithm: .cosignatureV1)
    }

    /// Cosigns a checkpoint.
    ///
    /// - Parameters:
    ///   - checkpoint: The whole text, extension lines too.
    ///   - time: Seconds since 1970.
    /// - Returns: The line to add to the checkpoint.
    /// - Throws: ``NoteSignerError/malformedTime``.
    public func signature(
        over checkpoint: Checkpoint,
        time: UInt64
    ) throws(NoteSignerError) -> NoteSignature {
        guard time <= Cosignature.latestTime else { throw .malformedTime }
        let signature = try key.sign(Cosignature.message(text: checkpoint.text, time: time))
        return NoteSignature(
            name: verifierKey.name,
            keyID: verifierKey.keyID,
            bytes: Cosignature.join(time: time, signature: signature)
        )
    }
}

/// What the two signers share.
private struct Ed25519Signer: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    init(seed: [UInt8]) throws(NoteSignerError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw .malformedSeed
        }
        self.key = key
    }

    func verifierKey(
        name: String,
        algorithm: SignatureAlgorithm
    ) throws(NoteSignerError) -> VerifierKey {
        do {
            return try VerifierKey(
                name: name,
                algorithm: algorithm,
                publicKey: Array(key.publicKey.rawRepresentation)
            )
        } catch {
            throw .malformedName
        }
    }

    func sign(_ message: [UInt8]) throws(NoteSignerError) -> [UInt8] {
        guard let signature = try? key.signature(for: message) else { throw .failed }
        return Array(signature)
    }

    static func check(_ text: String) throws(NoteSignerError) {
        guard text.utf8.last == UInt8(ascii: "\n"), !CanonicalText.hasControlCharacter(text.utf8)
        else { throw .malformedText }
    }
}
