// SPDX-License-Identifier: Apache-2.0

import Age
import Crypto
import Encodings
import Foundation
import Secrets
import TransparencyLog
import Vault

/// A person's keys on a device, unlocked for the length of one command.
///
/// Ed25519 signs statements and requests, X-Wing (age) opens what is sealed to the person, X25519 is
/// for mail. On the disk they are in `identity.age`, which stock `age` opens with the passphrase.
final class DeviceIdentity: Sendable {
    let record: IdentityRecord
    let fingerprint: Fingerprint
    private let signing: SecretBytes
    private let mail: SecretBytes
    private let age: HybridIdentity

    static func generate() throws -> DeviceIdentity {
        let entropy = SystemEntropy()
        return try DeviceIdentity(
            signing: SecretBytes(random: 32, from: entropy),
            mail: SecretBytes(random: 32, from: entropy),
            age: HybridIdentity(random: entropy)
        )
    }

    private init(
        signing: consuming SecretBytes,
        mail: consuming SecretBytes,
        age: HybridIdentity
    ) throws {
        let verifying = try unsafe signing.withBytes {
            try unsafe Curve25519.Signing.PrivateKey(rawRepresentation: $0).publicKey
        }
        let receiving = try unsafe mail.withBytes {
            try unsafe Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0).publicKey
        }
        record = try IdentityRecord(
            signing: Array(verifying.rawRepresentation),
            recipient: age.recipient.text,
            mail: Array(receiving.rawRepresentation)
        )
        fingerprint = record.fingerprint
        self.signing = signing
        self.mail = mail
        self.age = age
    }

    /// Signs notes in this person's name: the fingerprint.
    func noteSigner() throws -> NoteSigner {
        try unsafe signing.withBytes {
            try unsafe NoteSigner(name: fingerprint.hex, seed: Array($0))
        }
    }

    /// Signs requests in this person's name (RFC 9421).
    func requestKey() throws -> Curve25519.Signing.PrivateKey {
        try unsafe signing.withBytes {
            try unsafe Curve25519.Signing.PrivateKey(rawRepresentation: $0)
        }
    }

    /// The statement that enrols this identity by an invitation, signed by both keys.
    func enrolment(by invitation: Invitation, at time: UTCTime) throws -> SignedStatement {
        let inviteSigner = try invitation.signer()
        let publicKey = inviteSigner.verifierKey.publicKey
        let statement = Statement(
            vault: invitation.vault,
            time: time,
            actor: fingerprint,
            nonce: SystemEntropy().bytes(32),
            act: .enrol(Enrol(inviteKey: publicKey, record: record))
        )
        return try SignedStatement.sign(statement, with: [noteSigner(), inviteSigner])
    }

    /// Seals bytes that only this identity opens again.
    func seal(_ bytes: UnsafeRawBufferPointer) throws(KeyError) -> [UInt8] {
        try unsafe AgeFile.seal(bytes, for: [age.recipient], entropy: SystemEntropy())
    }

    /// Opens bytes that were sealed to this identity.
    func open(_ sealed: [UInt8]) throws(DecryptionError) -> SecretBytes {
        try AgeFile.open(sealed, with: [age])
    }

    /// What opens age files on this person's behalf.
    var opener: HybridIdentity { age }
}

// MARK: identity.age

extension DeviceIdentity {
    private static let maximumSize = 1 << 16

    /// Unlocks the identity of a device.
    ///
    /// - Throws: ``ClientError`` when there is none, or the passphrase does not open it.
    static func read(from home: DeviceHome, passphrase: Passphrase) throws -> DeviceIdentity {
        guard let sealed = try DurableFile.read(home.identity, limit: maximumSize) else {
            throw ClientError(
                .failed,
                "there is no identity in \"\(home.folder.text)\"",
                hint: "run `saksi join` with the invitation you were given"
            )
        }
        let text: SecretBytes
        do {
            text = try AgeFile.open(sealed, with: [passphrase])
        } catch .noMatch {
            throw ClientError(.failed, "the passphrase does not open this device's identity")
        } catch {
            throw ClientError(.failed, "the identity file of this device is damaged")
        }
        let identity = try unsafe text.withBytes { text throws(any Error) in
            try unsafe DeviceIdentity(parsing: text)
        }
        guard let identity else {
            throw ClientError(.failed, "the identity file of this device is malformed")
        }
        return identity
    }

    /// Writes `identity.age`; never over another.
    func write(to home: DeviceHome, passphrase: Passphrase, strength: PassphraseStrength) throws {
        guard !home.hasIdentity else {
            throw ClientError(.failed, "there is an identity in \"\(home.folder.text)\" already")
        }
        var text = identityFile()
        defer { unsafe text.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) } }
        let sealed = try unsafe text.withUnsafeBytes {
            try unsafe AgeFile.seal(
                $0,
                under: passphrase,
                workFactor: strength.workFactor,
                entropy: SystemEntropy()
            )
        }
        try DurableFile.write(sealed, to: home.identity)
    }

    /// The plaintext of `identity.age`; the caller wipes it.
    private func identityFile() -> [UInt8] {
        func line(_ label: String, _ secret: borrowing SecretBytes) -> String {
            "# \(label): \(unsafe secret.withBytes { unsafe Base64.padded.encode($0) })\n"
        }
        let comments =
            "# saksi identity\n# fingerprint: \(fingerprint.hex)\n" + line("signing", signing)
            + line("mail", mail)
        let key = unsafe age.text.withBytes { unsafe Array($0) }
        return Array(comments.utf8) + key + [UInt8(ascii: "\n")]
    }

    private convenience init?(parsing text: UnsafeRawBufferPointer) throws {
        let lines = unsafe text.split(separator: UInt8(ascii: "\n"))
        func secret(_ label: String) -> SecretBytes? {
            let prefix = Array("# \(label): ".utf8)
            guard let line = unsafe lines.first(where: { unsafe $0.starts(with: prefix) }) else {
                return nil
            }
            let value = unsafe String(decoding: line.dropFirst(prefix.count), as: UTF8.self)
            guard let bytes = Base64.padded.decode(value), bytes.count == 32 else { return nil }
            return SecretBytes(copying: bytes)
        }
        let identities = try unsafe IdentityFile.identities(in: text)
        guard identities.count == 1, let age = identities[0] as? HybridIdentity,
            let signing = secret("signing"), let mail = secret("mail")
        else { return nil }
        try self.init(signing: signing, mail: mail, age: age)
    }
}
