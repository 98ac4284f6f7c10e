// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings

/// A verifier key, or vkey: a name, a key ID and a public key.
///
/// Written `<name>+<key ID, 8 lower-case hexadecimal digits>+<base64 of type and public key>`. The
/// base 64 may itself hold a plus: the text is split at the first two. See c2sp.org/signed-note,
/// "Verifier keys".
public struct VerifierKey: Sendable {
    /// The name that stands in the key's signature lines; for a log, as a rule, its origin.
    public let name: String
    /// The first four bytes of a hash of the key, big endian.
    ///
    /// A hint only: it proves nothing.
    public let keyID: UInt32
    /// How the key signs.
    public let algorithm: SignatureAlgorithm
    /// The public key: 32 bytes for Ed25519, 1312 for ML-DSA-44, else a DER SubjectPublicKeyInfo.
    public let publicKey: [UInt8]

    /// Makes the key of an Ed25519 note signer (type 0x01).
    ///
    /// - Parameters:
    ///   - name: The key's name.
    ///   - publicKey: 32 bytes, as RFC 8032 encodes them.
    /// - Throws: ``VerifierKeyError/malformedName`` or ``VerifierKeyError/malformedPublicKey``.
    public init(name: String, ed25519 publicKey: [UInt8]) throws(VerifierKeyError) {
        try self.init(name: name, algorithm: .ed25519, publicKey: publicKey)
    }

    /// Makes the key of any signature type; the key ID follows from the rest.
    ///
    /// - Throws: ``VerifierKeyError/malformedName`` or ``VerifierKeyError/malformedPublicKey``.
    public init(
        name: String,
        algorithm: SignatureAlgorithm,
        publicKey: [UInt8]
    ) throws(VerifierKeyError) {
        guard CanonicalText.isKeyName(name) else { throw .malformedName }
        guard Self.isWellFormed(publicKey, for: algorithm) else { throw .malformedPublicKey }
        self.name = name
        self.algorithm = algorithm
        self.publicKey = publicKey
        keyID = Self.keyID(name: name, algorithm: algorithm, publicKey: publicKey)
    }

    /// Reads a vkey.
    ///
    /// - Throws: ``VerifierKeyError``, for every spelling but the one that ``text`` gives, and for a
    ///   key ID that does not belong to the key.
    public init(parsing text: some StringProtocol) throws(VerifierKeyError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .missingPart }
        guard CanonicalText.isKeyName(parts[0]) else { throw .malformedName }
        guard let id = Hex.decode(parts[1]), id.count == 4 else { throw .malformedKeyID }
        guard let material = Base64.padded.decode(parts[2]), let type = material.first else {
            throw .malformedBase64
        }
        guard let algorithm = SignatureAlgorithm(rawValue: type) else {
            throw .unsupportedType(type)
        }
        try self.init(
            name: String(parts[0]),
            algorithm: algorithm,
            publicKey: Array(material.dropFirst())
        )
        let written = id.reduce(0) { $0 << 8 | UInt32($1) }
        guard written == keyID else { throw .keyIDMismatch(got: written, want: keyID) }
    }

    /// The vkey, as ``init(parsing:)`` reads it.
    public var text: String {
        name + "+" + KeyID.hex(keyID) + "+"
            + Base64.padded.encode([algorithm.rawValue] + publicKey)
    }

    private static func isWellFormed(_ key: [UInt8], for algorithm: SignatureAlgorithm) -> Bool {
        switch algorithm {
        case .ed25519, .cosignatureV1: key.count == 32
        case .mlDSA44: key.count == 1312
        case .ecdsa: ECDSAKey(subjectPublicKeyInfo: key) != nil
        // DER of any algorithm the log may use: a SEQUENCE, not looked into because not used.
        case .rfc6962: key.count > 2 && key[0] == 0x30
        }
    }

    private static func keyID(
        name: String,
        algorithm: SignatureAlgorithm,
        publicKey: [UInt8]
    ) -> UInt32 {
        var hasher = SHA256Hasher()
        switch algorithm {
        case .ed25519, .cosignatureV1, .mlDSA44:
            hasher.update(Array(name.utf8) + [0x0a, algorithm.rawValue] + publicKey)
        case .rfc6962:
            // The static-ct-api hashes the log ID, itself the hash of the key, in place of the key.
            hasher.update(Array(name.utf8) + [0x0a, algorithm.rawValue])
            hasher.update(Hash(hashing: publicKey).bytes)
        case .ecdsa:
            hasher.update(publicKey)
        }
        return hasher.finalize().bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension VerifierKey: Hashable {
    /// Whether two keys are the same to the byte.
    public static func == (left: VerifierKey, right: VerifierKey) -> Bool {
        left.keyID == right.keyID && left.algorithm == right.algorithm
            && left.publicKey == right.publicKey && CanonicalText.same(left.name, right.name)
    }

    /// Feeds the key to a hasher of the standard library.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(keyID)
        hasher.combine(publicKey)
    }
}

extension VerifierKey: CustomStringConvertible {
    /// The vkey.
    public var description: String { text }
}

/// How a key ID is written for people.
enum KeyID {
    static func hex(_ id: UInt32) -> String {
        Hex.encode((0..<4).map { UInt8(truncatingIfNeeded: id >> UInt32(24 - 8 * $0)) })
    }
}
