// SPDX-License-Identifier: Apache-2.0

import Encodings
import Secrets

/// What stands before a payload: the file key, wrapped once for each recipient.
///
/// See c2sp.org/age, "Header". The bytes are kept as they came, because the code at their end is
/// over those and never over a second spelling.
public struct Header: Hashable, Sendable {
    /// The stanzas in their order; at least one.
    public let stanzas: [Stanza]
    /// The whole header, through the line end after the code.
    public let bytes: [UInt8]

    /// HMAC-SHA256 under the file key.
    private let code: [UInt8]

    /// The first line of every file.
    public static let version = "age-encryption.org/v1"
    /// Our own limit on a header, in bytes: ten thousand post-quantum recipients.
    public static let sizeLimit = 16 << 20

    /// Reads a header that ends where the bytes end.
    public init(parsing bytes: [UInt8]) throws(HeaderError) {
        guard bytes.count <= Self.sizeLimit else { throw .tooLarge }
        var lines = Lines(bytes[...])
        guard try lines.next().elementsEqual(Self.version.utf8) else { throw .unknownVersion }
        var stanzas: [Stanza] = []
        var line = try lines.next()
        while !line.starts(with: Self.footerStart) {
            guard line.starts(with: "-> ".utf8) else { throw .unexpectedLine }
            let arguments = line.dropFirst(3)
                .split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard arguments.allSatisfy(Stanza.isArgument) else { throw .invalidArgument }
            let words = arguments.map { String(decoding: $0, as: UTF8.self) }
            stanzas.append(
                Stanza(
                    type: words[0],
                    arguments: Array(words.dropFirst()),
                    body: try lines.nextBody()
                )
            )
            line = try lines.next()
        }
        guard !stanzas.isEmpty else { throw .noStanza }
        guard line.dropFirst(3).first == UInt8(ascii: " "), lines.rest.isEmpty else {
            throw .malformedFooter
        }
        guard let code = Base64.unpadded.decode(String(decoding: line.dropFirst(4), as: UTF8.self))
        else { throw .nonCanonicalBase64 }
        guard code.count == HMAC.size else { throw .malformedFooter }
        guard stanzas.count == 1 || !stanzas.contains(where: { $0.type == Passphrase.stanzaType })
        else { throw .passphraseNotAlone }
        self.stanzas = stanzas
        self.bytes = bytes
        self.code = code
    }

    /// Seals a header over stanzas that wrap this file key.
    init(sealing stanzas: [Stanza], with fileKey: borrowing FileKey) {
        var bytes = Array((Self.version + "\n").utf8)
        for stanza in stanzas { bytes += stanza.text.utf8 }
        bytes += Self.footerStart
        let code = fileKey.headerCode(of: bytes)
        bytes += " \(Base64.unpadded.encode(code))\n".utf8
        self.stanzas = stanzas
        self.bytes = bytes
        self.code = code
    }

    /// Unwraps the file key with the first identity that can, and checks that the header is as it
    /// was sealed.
    ///
    /// - Throws: `.header` where a stanza of one of the identities' types breaks its format,
    ///   `.noMatch`, or `.wrongHeaderCode`.
    public func fileKey(for identities: [any Identity]) throws(DecryptionError) -> FileKey {
        for identity in identities {
            let opened: FileKey?
            do { opened = try identity.fileKey(from: stanzas) } catch { throw .header(error) }
            guard let fileKey = opened else { continue }
            let covered = Array(bytes.dropLast(Self.codeTextSize))
            guard ConstantTime.equal(code, fileKey.headerCode(of: covered)) else {
                throw .wrongHeaderCode
            }
            return fileKey
        }
        throw .noMatch
    }

    private static let footerStart = Array("---".utf8)
    /// A space, 43 characters and the line end, which the code does not cover.
    private static let codeTextSize = 45
}

/// A cursor over lines that end in LF.
private struct Lines {
    var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next line, without its end.
    mutating func next() throws(HeaderError) -> ArraySlice<UInt8> {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw .truncated }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }

    /// A stanza's body: full lines and then one that is shorter.
    mutating func nextBody() throws(HeaderError) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try next()
            guard line.count <= Stanza.columns else { throw .bodyLineTooLong }
            guard let bytes = Base64.unpadded.decode(String(decoding: line, as: UTF8.self)) else {
                throw .nonCanonicalBase64
            }
            body += bytes
            if line.count < Stanza.columns { return body }
        }
    }
}

extension Header {
    /// Whether every stanza is for a post-quantum recipient.
    public var isPostQuantum: Bool {
        stanzas.allSatisfy { $0.type == HybridRecipient.stanzaType }
    }

    /// Whether a passphrase opens the file.
    public var isSealedWithPassphrase: Bool { stanzas[0].type == Passphrase.stanzaType }

    /// Whether classic recipients stand beside post-quantum ones, and undo what those protect.
    public var isMixed: Bool {
        let types = Set(stanzas.map(\.type))
        return types.isSuperset(of: [HybridRecipient.stanzaType, X25519Recipient.stanzaType])
    }
}
