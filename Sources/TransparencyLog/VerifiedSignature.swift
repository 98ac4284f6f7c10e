// SPDX-License-Identifier: Apache-2.0

import Crypto

/// A signature that was checked, and by which key.
public struct VerifiedSignature: Hashable, Sendable {
    /// The key that made it.
    public let key: VerifierKey
    /// The line in the note.
    public let signature: NoteSignature
    /// For a cosignature, when its maker says it was made, in seconds since 1970; else `nil`.
    public let time: UInt64?
}

extension SignedNote {
    /// Checks the note against keys that the reader trusts.
    ///
    /// Every line with the name and the ID of such a key is checked; a key of a type that is not
    /// ``SignatureAlgorithm/isChecked`` counts as unknown. A key that signed twice is listed once.
    ///
    /// - Parameter keys: The trusted keys.
    /// - Returns: At least one signature, in the note's order.
    /// - Throws: ``NoteError/invalidSignature(name:keyID:)`` as soon as one known key's line does not
    ///   verify, ``NoteError/noKnownSignature`` where no known key signed, and
    ///   ``NoteError/ambiguousKey(name:keyID:)`` where two of `keys` could have made one line.
    public func verified(by keys: [VerifierKey]) throws(NoteError) -> [VerifiedSignature] {
        var verified: [VerifiedSignature] = []
        for signature in signatures {
            let known = keys.lazy.filter { $0.isNamed(by: signature) }
            guard let key = known.first else { continue }
            guard known.dropFirst().isEmpty else {
                throw .ambiguousKey(name: signature.name, keyID: signature.keyID)
            }
            guard key.algorithm.isChecked else { continue }
            guard let found = key.check(signature, over: text) else {
                throw .invalidSignature(name: signature.name, keyID: signature.keyID)
            }
            if !verified.contains(where: { $0.key == key }) { verified.append(found) }
        }
        guard !verified.isEmpty else { throw .noKnownSignature }
        return verified
    }
}

extension VerifierKey {
    /// Whether a line gives this key's name and ID.
    func isNamed(by signature: NoteSignature) -> Bool {
        keyID == signature.keyID && CanonicalText.same(name, signature.name)
    }

    /// Checks one line over a note's text; `nil` where it does not verify.
    fileprivate func check(_ signature: NoteSignature, over text: String) -> VerifiedSignature? {
        switch algorithm {
        case .ed25519:
            guard isEd25519(signature.bytes, over: Array(text.utf8)) else { return nil }
            return VerifiedSignature(key: self, signature: signature, time: nil)
        case .ecdsa:
            guard let key = ECDSAKey(subjectPublicKeyInfo: publicKey),
                key.isValid(signature.bytes, for: Array(text.utf8))
            else { return nil }
            return VerifiedSignature(key: self, signature: signature, time: nil)
        case .cosignatureV1:
            guard let (time, blob) = Cosignature.split(signature.bytes),
                isEd25519(blob, over: Cosignature.message(text: text, time: time))
            else { return nil }
            return VerifiedSignature(key: self, signature: signature, time: time)
        case .rfc6962, .mlDSA44:
            return nil
        }
    }

    private func isEd25519(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        return key.isValidSignature(signature, for: message)
    }
}
