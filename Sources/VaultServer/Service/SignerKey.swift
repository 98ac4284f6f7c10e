// SPDX-License-Identifier: Apache-2.0

import Encodings
import TransparencyLog

/// The log's private key as a note signer key: `PRIVATE+KEY+<name>+<key ID>+<base64 of 0x01 and seed>`.
///
/// The form is that of Go's `golang.org/x/mod/sumdb/note`, so that other tools can sign with it when the
/// vault is moved.
enum LogKey {
    private static let prefix = "PRIVATE+KEY"
    private static let ed25519: UInt8 = 0x01

    /// Writes a key.
    ///
    /// - Parameters:
    ///   - name: the vault's origin
    ///   - seed: 32 bytes
    /// - Returns: one line without its end, and the signer it makes
    /// - Throws: ``StartError/badOrigin(_:)``
    static func make(
        name: String,
        seed: [UInt8]
    ) throws(StartError) -> (text: String, signer: NoteSigner) {
        do {
            let signer = try NoteSigner(name: name, seed: seed)
            let publicPart = signer.verifierKey.text.split(separator: "+").prefix(2)
            let material = Base64.padded.encode([ed25519] + seed)
            return ("\(prefix)+\(publicPart.joined(separator: "+"))+\(material)", signer)
        } catch {
            throw .badOrigin(name)
        }
    }

    /// Reads a key.
    ///
    /// - Throws: ``StartError/logKeyUnreadable``
    static func signer(parsing text: String) throws(StartError) -> NoteSigner {
        let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
        // The base64 at the end may hold more plus signs.
        let fields = line.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count == 5, let material = Base64.padded.decode(fields[4]),
            material.first == ed25519,
            let made = try? make(name: String(fields[2]), seed: Array(material.dropFirst())),
            made.text == line
        else { throw .logKeyUnreadable }
        return made.signer
    }
}
