// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import TransparencyLog

/// An Ed25519 key that is ready to check signatures, with the name that its lines in notes carry.
///
/// Made once for each member and kept: parsing the key for each signature would cost an eighth of the
/// rate.
struct SigningKey: Sendable {
    let verifierKey: VerifierKey
    private let key: Curve25519.Signing.PublicKey

    /// Takes the key of a log, of type Ed25519.
    init(_ verifierKey: VerifierKey) {
        precondition(verifierKey.algorithm == .ed25519, "not an Ed25519 key")
        do {
            key = try Curve25519.Signing.PublicKey(rawRepresentation: verifierKey.publicKey)
        } catch {
            preconditionFailure("an Ed25519 key is 32 bytes, which a vkey makes sure of")
        }
        self.verifierKey = verifierKey
    }

    /// Takes 32 bytes, and a name that a note may hold.
    init(name: String, publicKey: [UInt8]) {
        do {
            try self.init(VerifierKey(name: name, ed25519: publicKey))
        } catch {
            preconditionFailure("a parsed key has 32 bytes and a hexadecimal name: \(error)")
        }
    }

    /// Takes the public key of an invitation.
    init(invite publicKey: [UInt8]) {
        self.init(name: Hash(hashing: publicKey).hex, publicKey: publicKey)
    }

    /// Whether this key made a signature line of a note.
    func isValid(_ signature: NoteSignature, over text: String) -> Bool {
        isNamed(by: signature) && isValid(signature.bytes, for: Array(text.utf8))
    }

    /// Whether a signature line carries this key's name and ID.
    func isNamed(by signature: NoteSignature) -> Bool {
        signature.keyID == verifierKey.keyID
            && signature.name.utf8.elementsEqual(verifierKey.name.utf8)
    }

    /// Whether this key made a bare signature of 64 bytes.
    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        key.isValidSignature(signature, for: message)
    }
}

extension SigningKey: Hashable {
    static func == (left: SigningKey, right: SigningKey) -> Bool {
        left.verifierKey == right.verifierKey
    }

    func hash(into hasher: inout Hasher) { hasher.combine(verifierKey) }
}
