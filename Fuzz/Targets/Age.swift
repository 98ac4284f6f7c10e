// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Secrets
import Vault

/// Bytes that are the same in every run, so that an input that was kept fails again.
struct FixedEntropy: EntropySource {
    var byte: UInt8 = 7

    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        for place in buffer.indices { unsafe buffer[place] = byte }
    }
}

/// The keys that the fuzzed files are sealed to.
enum FuzzKeys {
    static let hybrid = HybridIdentity(random: FixedEntropy())
    static let classic: X25519Identity? = try? X25519Identity(random: FixedEntropy())
    static var all: [any Identity] { [hybrid] + (classic.map { [$0] } ?? []) }

    static var texts: [[UInt8]] {
        [hybrid.text.copy, classic?.text.copy ?? []]
    }

    static var headers: [Header] {
        get throws {
            let fileKey = FileKey(random: FixedEntropy())
            return [
                try Header(wrapping: fileKey, for: [hybrid.recipient], paddedTo: 2),
                try Header(
                    wrapping: fileKey,
                    for: classic.map { [$0.recipient] } ?? [],
                    entropy: FixedEntropy()
                ),
            ]
        }
    }

    /// A file with one of the headers.
    static func file(_ plaintext: [UInt8], header: Header) -> [UInt8] {
        unsafe plaintext.withUnsafeBytes {
            unsafe AgeFile.seal(
                $0,
                header: header,
                fileKey: FileKey(random: FixedEntropy()),
                entropy: FixedEntropy()
            )
        }
    }

    static func armored(_ file: [UInt8]) -> [UInt8] {
        var encoder = ArmorEncoder()
        var text: [UInt8] = []
        encoder.encode(file, into: &text)
        encoder.finish(into: &text)
        return text
    }
}

extension SecretBytes {
    fileprivate var copy: [UInt8] { unsafe withBytes { unsafe Array($0) } }
}

extension FuzzTarget {
    private static let files: @Sendable () throws -> [[UInt8]] = {
        try FuzzKeys.headers.flatMap { header in
            let file = FuzzKeys.file(Array("testimony".utf8), header: header)
            return [file, FuzzKeys.armored(file)]
        }
    }

    static let age: [FuzzTarget] = [
        .bytes("age-header", seeds: { try FuzzKeys.headers.map(\.bytes) }) {
            try Header(parsing: $0).bytes
        },
        FuzzTarget("age-header-scanner", seeds: { try FuzzKeys.headers.map(\.bytes) }) { input in
            var scanner = HeaderScanner()
            var stepped = HeaderScanner()
            let size = try scanner.headerSize(in: input)
            let half = try stepped.headerSize(in: Array(input.prefix(input.count / 2)))
            let again = try half ?? stepped.headerSize(in: input)
            precondition(again == size, "a header that comes in pieces ends elsewhere")
        },
        FuzzTarget("age-armor", seeds: files) { input in
            var decoder = ArmorDecoder()
            var file: [UInt8] = []
            try decoder.decode(input, into: &file)
            try decoder.finish()
            var again = ArmorDecoder()
            var copy: [UInt8] = []
            try again.decode(FuzzKeys.armored(file), into: &copy)
            try again.finish()
            precondition(copy == file, "armor is not read back")
        },
        FuzzTarget("age-identity-file", seeds: { FuzzKeys.texts }) { input in
            _ = try unsafe input.withUnsafeBytes { try unsafe IdentityFile.identities(in: $0) }
        },
        .text("age-recipient", seeds: { [FuzzKeys.hybrid.recipient.text] }) { text in
            let recipient = try HybridRecipient(parsing: text)
            let isLower = text.lowercased() == text
            precondition(!isLower || RecipientText.isWellFormed(text), "the vault differs")
            return isLower ? recipient.text : text
        },
        .text(
            "age-classic-recipient",
            seeds: { FuzzKeys.classic.map { [$0.recipient.text] } ?? [] }
        ) {
            let recipient = try X25519Recipient(parsing: $0)
            return $0.lowercased() == $0 ? recipient.text : $0
        },
        FuzzTarget("age-file", seeds: files) { _ = try AgeFile.open($0, with: FuzzKeys.all) },
        FuzzTarget("age-inspect", seeds: files) { _ = try AgeStream.inspect(Bytes(rest: $0[...])) },
        // The file is whole, so that what is inside of it is reached.
        FuzzTarget("age-payload", seeds: { [Array("testimony".utf8)] }) { input in
            let file = FuzzKeys.file(input, header: try header.get())
            let text = try AgeFile.open(file, with: FuzzKeys.all)
            precondition(text.copy == input, "another plaintext comes out")
        },
    ]

    static let header = Result { try FuzzKeys.headers[0] }
}

private struct Bytes: ByteSource {
    var rest: ArraySlice<UInt8>

    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = rest.prefix(buffer.count)
        unsafe buffer.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
    }
}
