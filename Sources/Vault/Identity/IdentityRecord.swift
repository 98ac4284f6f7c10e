// SPDX-License-Identifier: Apache-2.0

import Bulk
public import TransparencyLog

/// The public keys of one person on one device.
///
/// ```
/// saksi/v1 identity
/// signing: <base64 of an Ed25519 public key>
/// recipient: age1pq1…
/// mail: <base64 of an X25519 public key>
/// ```
///
/// Its SHA-256 is the person's fingerprint, so the keys behind a fingerprint never change.
public struct IdentityRecord: Hashable, Sendable {
    /// The Ed25519 key that checks the person's statements and requests, 32 bytes.
    public let signing: [UInt8]
    /// The age recipient of type `mlkem768x25519`.
    public let recipient: String
    /// The X25519 key for mail, 32 bytes.
    public let mail: [UInt8]

    static let header = "saksi/v1 identity"

    /// Puts a record together.
    ///
    /// - Throws: ``LineError`` for the line of the first key that is malformed.
    public init(signing: [UInt8], recipient: String, mail: [UInt8]) throws(LineError) {
        guard signing.count == 32 else {
            throw LineError(line: 2, rule: .value(key: "signing", want: .base64))
        }
        guard RecipientText.isWellFormed(recipient) else {
            throw LineError(line: 3, rule: .value(key: "recipient", want: .recipient))
        }
        guard mail.count == 32 else {
            throw LineError(line: 4, rule: .value(key: "mail", want: .base64))
        }
        self.signing = signing
        self.recipient = recipient
        self.mail = mail
    }

    /// Reads a record.
    ///
    /// - Throws: ``LineError`` for every spelling but the one that ``text`` gives.
    public init(parsing text: String) throws(LineError) {
        var reader = try LineReader(text)
        try reader.header(Self.header)
        try self.init(reading: &reader)
        try reader.end()
    }

    init(reading reader: inout LineReader) throws(LineError) {
        signing = try reader.base64("signing")
        recipient = try reader.recipient("recipient")
        mail = try reader.base64("mail")
    }

    func write(to writer: inout LineWriter) {
        writer.add("signing", base64: signing)
        writer.add("recipient", recipient)
        writer.add("mail", base64: mail)
    }

    /// The record as it is hashed and shown.
    public var text: String {
        var writer = LineWriter(Self.header)
        write(to: &writer)
        return writer.text
    }

    /// The SHA-256 of ``text``.
    public var fingerprint: Fingerprint { Fingerprint(Hash(hashing: text.utf8)) }

    /// The key that checks the person's statements: the signing key, named by the fingerprint.
    public var verifierKey: VerifierKey {
        SigningKey(name: fingerprint.hex, publicKey: signing).verifierKey
    }
}
