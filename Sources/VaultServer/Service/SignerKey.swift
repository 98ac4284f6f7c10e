// SPDX-License-Identifier: Apache-2.0

import Encodings
import TransparencyLog

/// Something that signs with an Ed25519 key that a file holds.
protocol KeptSigner: Sendable {
    var verifierKey: VerifierKey { get }
    init(name: String, seed: [UInt8]) throws(NoteSignerError)
}

extension NoteSigner: KeptSigner {}
extension CosignatureSigner: KeptSigner {}

/// A private key as a note signer key: `PRIVATE+KEY+<name>+<key ID>+<base64 of type and seed>`.
///
/// The form is that of Go's `golang.org/x/mod/sumdb/note`, so that other tools can sign with it when the
/// vault or the witness is moved. The type is 0x01 for a log, 0x04 for a witness.
struct SignerKey<Signer: KeptSigner>: Sendable {
    /// What signs.
    let signer: Signer
    /// One line without its end: a secret.
    let text: String

    /// Takes 32 bytes as a key; `nil` for a name that no key can have.
    init?(name: String, seed: [UInt8]) {
        guard let signer = try? Signer(name: name, seed: seed) else { return nil }
        let key = signer.verifierKey
        let publicPart = key.text.split(separator: "+").prefix(2).joined(separator: "+")
        let material = Base64.padded.encode([key.algorithm.rawValue] + seed)
        self.signer = signer
        text = "PRIVATE+KEY+\(publicPart)+\(material)"
    }

    /// Reads a key; `nil` for what ``text`` would not have written, but for a line feed at the end.
    init?(parsing text: String) {
        let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
        // The base64 at the end may hold more plus signs.
        let fields = line.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count == 5, let material = Base64.padded.decode(fields[4]) else { return nil }
        self.init(name: String(fields[2]), seed: Array(material.dropFirst()))
        guard self.text == line else { return nil }
    }
}

/// 32 random bytes: a seed or a nonce.
func randomSeed() -> [UInt8] {
    (0..<32).map { _ in UInt8.random(in: .min ... .max) }
}
