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
/// Keys that newer ones have replaced stay there, for what is sealed to them.
final class DeviceIdentity: Sendable {
    let record: IdentityRecord
    let fingerprint: Fingerprint
    private let signing: SecretBytes
    private let mail: SecretBytes
    private let age: HybridIdentity
    /// Earlier keys of the person on this device, the newest first.
    let past: [DeviceIdentity]

    /// Who the person is: the fingerprint of the first key that they enrolled, here or on another device.
    let person: Fingerprint

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
        age: HybridIdentity,
        past: [DeviceIdentity] = [],
        person: Fingerprint? = nil
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
        self.past = past
        self.person = person ?? past.last?.fingerprint ?? fingerprint
    }

    /// These keys in the place of others, which become past ones.
    func replacing(_ older: DeviceIdentity) throws -> DeviceIdentity {
        try copy(past: [older] + older.past, person: older.person)
    }

    /// These keys as those of a person who enrolled others before.
    func belonging(to person: Fingerprint) throws -> DeviceIdentity {
        try copy(past: past, person: person)
    }

    private func copy(past: [DeviceIdentity], person: Fingerprint) throws -> DeviceIdentity {
        try DeviceIdentity(
            signing: unsafe signing.withBytes { unsafe SecretBytes(copying: $0) },
            mail: unsafe mail.withBytes { unsafe SecretBytes(copying: $0) },
            age: age,
            past: past,
            person: person
        )
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
            vault: invitation.contact.vault,
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

    /// Opens bytes that were sealed to this identity, or to a past one.
    func open(_ sealed: [UInt8]) throws(DecryptionError) -> SecretBytes {
        try AgeFile.open(sealed, with: openers)
    }

    /// What opens age files on this person's behalf: the newest first.
    var openers: [HybridIdentity] { [age] + past.map(\.age) }

    /// What this person's notes are checked by, also those of past keys.
    var verifierKeys: [VerifierKey] {
        get throws { try ([self] + past).map { try $0.noteSigner().verifierKey } }
    }
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
            try unsafe DeviceIdentity.parse(text)
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
        try store(in: home, passphrase: passphrase, workFactor: strength.workFactor)
    }

    /// Replaces `identity.age`, which the same passphrase opens, at the same cost of a guess.
    func replace(in home: DeviceHome, passphrase: Passphrase) throws {
        let sealed = try DurableFile.read(home.identity, limit: Self.maximumSize) ?? []
        // The second line is the one stanza: `-> scrypt <salt> <work factor>`.
        let lines = sealed.split(separator: UInt8(ascii: "\n"), maxSplits: 2)
        let fields = lines.dropFirst().first?.split(separator: UInt8(ascii: " ")) ?? []
        let workFactor = fields.count == 4 ? Int(String(decoding: fields[3], as: UTF8.self)) : nil
        try store(
            in: home,
            passphrase: passphrase,
            workFactor: workFactor ?? Passphrase.usualWorkFactor
        )
    }

    private func store(in home: DeviceHome, passphrase: Passphrase, workFactor: Int) throws {
        var text = identityFile()
        defer { unsafe text.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) } }
        let sealed = try unsafe text.withUnsafeBytes {
            try unsafe AgeFile.seal(
                $0,
                under: passphrase,
                workFactor: workFactor,
                entropy: SystemEntropy()
            )
        }
        try DurableFile.write(sealed, to: home.identity)
    }

    /// The plaintext of `identity.age`: these keys, then the past ones; the caller wipes it.
    func identityFile() -> [UInt8] {
        past.reduce(block("saksi identity", of: person)) { $0 + $1.block("past identity") }
    }

    private func block(_ title: String, of person: Fingerprint? = nil) -> [UInt8] {
        func line(_ label: String, _ secret: borrowing SecretBytes) -> String {
            "# \(label): \(unsafe secret.withBytes { unsafe Base64.padded.encode($0) })\n"
        }
        let comments =
            "# \(title)\n# fingerprint: \(fingerprint.hex)\n"
            + (person.map { "# person: \($0.hex)\n" } ?? "") + line("signing", signing)
            + line("mail", mail)
        let key = unsafe age.text.withBytes { unsafe Array($0) }
        return Array(comments.utf8) + key + [UInt8(ascii: "\n")]
    }

    /// Reads the plaintext of `identity.age`.
    static func parse(_ text: UnsafeRawBufferPointer) throws -> DeviceIdentity? {
        let lines = unsafe text.split(separator: UInt8(ascii: "\n"))
        func secrets(_ label: String) -> [[UInt8]] {
            let prefix = Array("# \(label): ".utf8)
            return unsafe lines.filter { unsafe $0.starts(with: prefix) }.compactMap { line in
                let value = unsafe String(decoding: line.dropFirst(prefix.count), as: UTF8.self)
                return Base64.padded.decode(value).flatMap { $0.count == 32 ? $0 : nil }
            }
        }
        let personLabel = Array("# person: ".utf8)
        let person = unsafe lines.first { unsafe $0.starts(with: personLabel) }.flatMap { line in
            unsafe Fingerprint(
                hex: String(decoding: line.dropFirst(personLabel.count), as: UTF8.self)
            )
        }
        let keys = try unsafe IdentityFile.identities(in: text).compactMap { $0 as? HybridIdentity }
        let (signing, mail) = (secrets("signing"), secrets("mail"))
        guard !keys.isEmpty, keys.count == signing.count, keys.count == mail.count else {
            return nil
        }
        var newer: [DeviceIdentity] = []
        for place in keys.indices.reversed() {
            newer.insert(
                try DeviceIdentity(
                    signing: SecretBytes(copying: signing[place]),
                    mail: SecretBytes(copying: mail[place]),
                    age: keys[place],
                    past: place == 0 ? newer : [],
                    person: place == 0 ? person : nil
                ),
                at: 0
            )
        }
        return newer[0]
    }

    // MARK: The identity that takes the place of this one

    /// Reads `next.age`: keys that are not enrolled yet; `nil` where there is none.
    func next(in home: DeviceHome) throws -> DeviceIdentity? {
        guard let sealed = try DurableFile.read(home.next, limit: Self.maximumSize) else {
            return nil
        }
        do {
            let text = try open(sealed)
            if let next = try unsafe text.withBytes({ try unsafe Self.parse($0) }) { return next }
        } catch is DecryptionError {
            // Of another identity; said below.
        }
        throw ClientError(
            .failed,
            "the new keys of this device are damaged: \"\(home.next.text)\"",
            hint: "remove the file and run the command again"
        )
    }

    /// Writes `next.age`, sealed to the identity that these keys replace.
    func writeNext(in home: DeviceHome, replacing older: DeviceIdentity) throws {
        var text = identityFile()
        defer { unsafe text.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) } }
        let sealed = try unsafe text.withUnsafeBytes { try unsafe older.seal($0) }
        try DurableFile.write(sealed, to: home.next)
    }

    /// Asks that these keys become a person's.
    func request(for person: Fingerprint, in vault: String) throws -> KeyRequest {
        let text = Rekey.possessionText(vault: vault, person: person, record: record)
        return KeyRequest(
            vault: vault,
            person: person,
            possession: Array(try requestKey().signature(for: Array(text.utf8))),
            record: record
        )
    }
}
