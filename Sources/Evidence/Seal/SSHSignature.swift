// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings

/// A detached signature as `ssh-keygen -Y sign` writes it, by an Ed25519 key over SHA-512.
///
/// See OpenSSH, PROTOCOL.sshsig. Of what that allows only this one spelling is read and written: no
/// other key, no other hash, lines of 70 digits.
public struct SSHSignature: Equatable, Sendable {
    /// The key that signed, 32 bytes.
    public let publicKey: [UInt8]
    /// What the signature is for; a signature for one purpose is none for another.
    public let namespace: String
    /// 64 bytes (RFC 8032).
    let signature: [UInt8]

    private static let magic = Array("SSHSIG".utf8)
    private static let version: UInt32 = 1
    private static let hash = "sha512"
    private static let firstLine = "-----BEGIN SSH SIGNATURE-----"
    private static let lastLine = "-----END SSH SIGNATURE-----"
    private static let lineLength = 70

    init(
        of message: [UInt8],
        for namespace: String,
        by key: Curve25519.Signing.PrivateKey
    ) throws {
        publicKey = Array(key.publicKey.rawRepresentation)
        self.namespace = namespace
        signature = Array(try key.signature(for: Self.signedBytes(of: message, for: namespace)))
    }

    /// Reads an armored signature.
    ///
    /// - Throws: ``SSHSignatureError``.
    public init(parsing armored: [UInt8]) throws(SSHSignatureError) {
        let lines = String(decoding: armored, as: UTF8.self).split(separator: "\n")
        guard lines.count > 2, lines[0] == Self.firstLine, lines[lines.count - 1] == Self.lastLine,
            let bytes = Base64.padded.decode(lines[1..<(lines.count - 1)].joined())
        else { throw .armor }
        var reader = SSHWireReader(bytes)
        guard reader.bytes(Self.magic.count) == Self.magic, reader.number() == Self.version
        else { throw .version }
        guard let key = reader.string(), let namespace = reader.string() else { throw .length }
        guard reader.skip(""), reader.skip(Self.hash) else { throw .hash }
        guard let signature = reader.string(), reader.isAtEnd else { throw .length }
        var keyReader = SSHWireReader(key)
        var signatureReader = SSHWireReader(signature)
        guard keyReader.skip(SSHWire.ed25519Name), signatureReader.skip(SSHWire.ed25519Name)
        else { throw .algorithm }
        guard let key = keyReader.string(), key.count == 32, keyReader.isAtEnd,
            let signature = signatureReader.string(), signature.count == 64,
            signatureReader.isAtEnd
        else { throw .length }
        publicKey = key
        self.namespace = String(decoding: namespace, as: UTF8.self)
        self.signature = signature
        guard self.armored == armored else { throw .armor }
    }

    /// The signature as a file.
    public var armored: [UInt8] {
        let bytes =
            Self.magic + SSHWire.number(Self.version)
            + SSHWire.string(SSHWire.ed25519(publicKey)) + SSHWire.string(namespace)
            + SSHWire.string("") + SSHWire.string(Self.hash)
            + SSHWire.string(SSHWire.string(SSHWire.ed25519Name) + SSHWire.string(signature))
        return Armor.lines(of: bytes, lineLength: Self.lineLength, Self.firstLine, Self.lastLine)
    }

    /// Whether the key in it signed a message for the namespace in it.
    public func isValid(for message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        return key.isValidSignature(
            signature,
            for: Self.signedBytes(of: message, for: namespace)
        )
    }

    private static func signedBytes(of message: [UInt8], for namespace: String) -> [UInt8] {
        magic + SSHWire.string(namespace) + SSHWire.string("") + SSHWire.string(hash)
            + SSHWire.string(Array(SHA512.hash(data: message)))
    }
}

/// Why bytes are no ``SSHSignature``.
public enum SSHSignatureError: Error, Equatable, Sendable {
    /// The lines around it, their length, or the base 64 between them.
    case armor
    /// It is not a signature of version 1.
    case version
    /// The message was hashed otherwise than with SHA-512.
    case hash
    /// The key or the signature is not of Ed25519.
    case algorithm
    /// A field ends too early, or something follows.
    case length
}

/// Base 64 between a first and a last line.
enum Armor {
    static func lines(
        of bytes: [UInt8],
        lineLength: Int,
        _ first: String,
        _ last: String
    ) -> [UInt8] {
        let digits = Array(Base64.padded.encode(bytes).utf8)
        var text = Array("\(first)\n".utf8)
        for start in stride(from: 0, to: digits.count, by: lineLength) {
            text += digits[start..<min(start + lineLength, digits.count)] + [UInt8(ascii: "\n")]
        }
        return text + "\(last)\n".utf8
    }
}
