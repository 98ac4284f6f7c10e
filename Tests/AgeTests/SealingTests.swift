// SPDX-License-Identifier: Apache-2.0

import Secrets
import Testing

@testable import Age

@Suite("Sealing and opening")
struct SealingTests {
    private let entropy = SystemEntropy()
    private let sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000]

    private func seal(_ text: [UInt8], for recipients: [HybridRecipient], padded: Int = 0) throws
        -> [UInt8]
    {
        try unsafe text.withUnsafeBytes {
            try unsafe AgeFile.seal($0, for: recipients, paddedTo: padded, entropy: entropy)
        }
    }

    private func open(_ file: [UInt8], _ identity: any Identity) throws(DecryptionError) -> [UInt8]
    {
        let plaintext = try AgeFile.open(file, with: [identity])
        return unsafe plaintext.withBytes { unsafe Array($0) }
    }

    @Test("what is sealed to a post-quantum recipient opens, at every size around a chunk")
    func hybrid() throws {
        let identity = HybridIdentity(random: entropy)
        for size in sizes {
            let text = entropy.bytes(size)
            let file = try seal(text, for: [identity.recipient])
            #expect(try open(file, identity) == text)
            let header = Header(parsed: file)
            #expect(
                UInt64(file.count - header.bytes.count)
                    == PayloadLayout.payloadSize(plaintextSize: UInt64(size))
            )
        }
    }

    @Test("keys survive their texts")
    func texts() throws {
        let identity = HybridIdentity(random: entropy)
        #expect(identity.recipient.text.utf8.count == 1959)
        #expect(try HybridRecipient(parsing: identity.recipient.text) == identity.recipient)
        let again = try unsafe identity.text.withBytes { text throws(KeyError) in
            try unsafe HybridIdentity(parsing: text)
        }
        #expect(again.recipient == identity.recipient)
        let classic = try X25519Identity(random: entropy)
        #expect(classic.recipient.text.utf8.count == 62)
        #expect(try X25519Recipient(parsing: classic.recipient.text) == classic.recipient)
        let classicAgain = try unsafe classic.text.withBytes { text throws(KeyError) in
            try unsafe X25519Identity(parsing: text)
        }
        #expect(classicAgain.recipient == classic.recipient)
    }

    @Test("only the named recipients open a file, and padding does not hide anybody")
    func recipients() throws {
        let people = (0..<5).map { _ in HybridIdentity(random: entropy) }
        let stranger = HybridIdentity(random: entropy)
        let file = try seal([1, 2, 3], for: people.map(\.recipient), padded: 8)
        #expect(Header(parsed: file).stanzas.count == 8)
        for person in people { #expect(try open(file, person) == [1, 2, 3]) }
        #expect(throws: DecryptionError.noMatch) { try open(file, stranger) }
    }

    @Test("a passphrase seals and opens, and another one does not")
    func passphrase() throws {
        let right = Passphrase(SecretBytes(copying: "សាក្សី".utf8))
        let wrong = Passphrase(SecretBytes(copying: "saksi".utf8))
        let file = try unsafe [UInt8](1...100).withUnsafeBytes {
            try unsafe AgeFile.seal($0, under: right, workFactor: 4, entropy: entropy)
        }
        #expect(try open(file, right) == Array(1...100))
        #expect(throws: DecryptionError.noMatch) { try open(file, wrong) }
    }

    @Test("post-quantum and classic recipients do not mix")
    func mixing() throws {
        let hybrid = HybridIdentity(random: entropy).recipient.text
        let classic = try X25519Identity(random: entropy).recipient.text
        #expect(throws: KeyError.mixedRecipients) { try Recipients(parsing: [hybrid, classic]) }
        #expect(throws: KeyError.noRecipient) { try Recipients(parsing: []) }
        #expect(throws: KeyError.unexpectedPrefix("age-secret-key-")) {
            let secret = try X25519Identity(random: entropy).text
            return try Recipients(parsing: [
                unsafe secret.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
            ])
        }
    }

    @Test("a new header over the old payload opens for the new recipients only")
    func rewrap() throws {
        let old = HybridIdentity(random: entropy)
        let new = HybridIdentity(random: entropy)
        let text = entropy.bytes(100_000)
        let file = try seal(text, for: [old.recipient])
        let header = Header(parsed: file)
        let rewrapped = try header.rewrapped(with: [old], for: [new.recipient], paddedTo: 4)
        let moved = rewrapped.bytes + file[header.bytes.count...]
        #expect(try open(moved, new) == text)
        #expect(throws: DecryptionError.noMatch) { try open(moved, old) }
        let expanded = try header.rewrapped(with: [ExpandedIdentity(old)], for: [new.recipient])
        #expect(try open(expanded.bytes + file[header.bytes.count...], new) == text)
        #expect(throws: DecryptionError.noMatch) {
            try header.rewrapped(with: [ExpandedIdentity(new)], for: [new.recipient])
        }
        #expect(throws: DecryptionError.noMatch) {
            try header.rewrapped(with: [new], for: [new.recipient])
        }
    }

    @Test("no shorter and no changed file opens")
    func mutation() throws {
        let identity = try X25519Identity(random: entropy)
        let fileKey = FileKey(random: entropy)
        let header = try Header(wrapping: fileKey, for: [identity.recipient], entropy: entropy)
        let file = unsafe Array("a small testimony".utf8).withUnsafeBytes {
            unsafe AgeFile.seal($0, header: header, fileKey: fileKey, entropy: entropy)
        }
        #expect(try open(file, identity) == Array("a small testimony".utf8))
        for length in file.indices {
            #expect(throws: DecryptionError.self) { try open(Array(file[..<length]), identity) }
        }
        for index in file.indices {
            for bit in [0, 5, 7] {
                var changed = file
                changed[index] ^= 1 << bit
                #expect(throws: DecryptionError.self) { try open(changed, identity) }
            }
        }
        #expect(throws: DecryptionError.self) { try open(file + [0], identity) }
    }

    @Test("a commitment fixes the file key, its salt and its purpose")
    func commitment() {
        let key = FileKey(SecretBytes(copying: Array(0..<16)))
        let same = FileKey(SecretBytes(copying: Array(0..<16)))
        let other = FileKey(SecretBytes(copying: Array(1..<17)))
        let commitment = key.commitment(salt: [1], info: "purpose")
        #expect(commitment.count == 32)
        #expect(commitment == same.commitment(salt: [1], info: "purpose"))
        #expect(commitment != other.commitment(salt: [1], info: "purpose"))
        #expect(commitment != key.commitment(salt: [2], info: "purpose"))
        #expect(commitment != key.commitment(salt: [1], info: "another"))
    }

    @Test("sizes convert both ways, and impossible ones are noticed")
    func layout() {
        for size in sizes.map(UInt64.init) {
            let payload = PayloadLayout.payloadSize(plaintextSize: size)
            #expect(PayloadLayout.plaintextSize(payloadSize: payload) == size)
        }
        for payload in [0, 16, 31, 16 + 65_552 + 1, 16 + 65_552 + 16] as [UInt64] {
            #expect(PayloadLayout.plaintextSize(payloadSize: payload) == nil)
        }
    }
}

extension Header {
    /// The header at the start of a file that has one.
    init(parsed file: [UInt8]) {
        var scanner = HeaderScanner()
        guard let size = try? scanner.headerSize(in: file),
            let header = try? Header(parsing: Array(file[..<size]))
        else { fatalError("the file has no header") }
        self = header
    }
}
