// SPDX-License-Identifier: Apache-2.0

import Encodings
public import Secrets

/// A passphrase, which seals and opens through scrypt.
///
/// See c2sp.org/age, "The scrypt recipient type": such a file has no other recipient.
public final class Passphrase: Identity {
    private let secret: SecretBytes

    /// The work factor, log2 of scrypt's N, that a chosen passphrase needs: 256 MiB and about a
    /// second.
    public static let usualWorkFactor = 18
    /// The highest work factor that is tried on opening: 4 GiB.
    public static let highestWorkFactor = 22

    /// Takes a passphrase as the bytes of its UTF-8 text.
    public init(_ secret: consuming SecretBytes) {
        self.secret = secret
    }

    /// The file key of a file that was sealed with this passphrase; see ``Identity``.
    public func fileKey(from stanzas: [Stanza]) throws(HeaderError) -> FileKey? {
        guard let stanza = stanzas.first(where: { $0.type == Self.stanzaType }) else { return nil }
        guard stanzas.count == 1 else { throw .passphraseNotAlone }
        try stanza.check(argumentCount: 2)
        guard let salt = Base64.unpadded.decode(stanza.arguments[0]) else {
            throw .nonCanonicalBase64
        }
        guard salt.count == Self.saltSize else { throw .invalidShare(type: stanza.type) }
        let digits = stanza.arguments[1].utf8
        guard digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { throw .malformedWorkFactor }
        guard let workFactor = Int(stanza.arguments[1]), workFactor <= Self.highestWorkFactor else {
            throw .workFactorTooHigh
        }
        let key: SecretBytes
        do { key = try self.key(salt: salt, workFactor: workFactor) } catch { throw .outOfMemory }
        return FileKey(unwrapping: stanza.body, under: key)
    }

    func stanza(
        for fileKey: borrowing FileKey,
        workFactor: Int,
        entropy: some EntropySource
    ) throws(PasswordHashingError) -> Stanza {
        let salt = entropy.bytes(Self.saltSize)
        return Stanza(
            type: Self.stanzaType,
            arguments: [Base64.unpadded.encode(salt), String(workFactor)],
            body: fileKey.wrapped(under: try key(salt: salt, workFactor: workFactor))
        )
    }

    private func key(salt: [UInt8], workFactor: Int) throws(PasswordHashingError) -> SecretBytes {
        try Scrypt(logN: workFactor).key(from: secret, salt: Self.label + salt, count: 32)
    }

    static let stanzaType = "scrypt"
    private static let saltSize = 16
    private static let label = Array("age-encryption.org/v1/scrypt".utf8)
}
