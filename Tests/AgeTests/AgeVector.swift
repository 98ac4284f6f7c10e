// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import Glibc
import Secrets
import TestSupport
import Testing

@testable import Age

/// One file of the public age test suite (CCTV): what to expect of it, then the age file.
struct AgeVector: CustomTestStringConvertible {
    static let folder = "age/testdata"

    let name: String
    let expectation: String
    /// The hash of all plaintext that is released, even before a payload failure.
    let released: Hash?
    let isArmored: Bool
    let file: [UInt8]
    private let identityTexts: [String]
    private let passphrases: [String]

    var testDescription: String { name }

    init(named name: String) throws {
        let bytes = try Vectors.bytes("\(Self.folder)/\(name)")
        let blank = try #require(
            bytes.indices.first { bytes[$0...].starts(with: "\n\n".utf8) },
            "\(name) has no blank line"
        )
        var fields: [String: [String]] = [:]
        for line in String(decoding: bytes[..<blank], as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
            fields[parts[0], default: []].append(parts.count > 1 ? parts[1] : "")
        }
        self.name = name
        expectation = try #require(fields["expect"]?.first)
        released = fields["payload"]?.first.flatMap { Hash(hex: $0) }
        isArmored = fields["armored"] != nil
        identityTexts = fields["identity"] ?? []
        passphrases = fields["passphrase"] ?? []
        let body = Array(bytes[(blank + 2)...])
        file = fields["compressed"] == nil ? body : try inflate(body)
    }

    func identities() throws -> [any Identity] {
        var identities: [any Identity] = passphrases.map {
            Passphrase(SecretBytes(copying: $0.utf8))
        }
        if !identityTexts.isEmpty {
            let text = Array(identityTexts.joined(separator: "\n").utf8)
            identities += try unsafe text.withUnsafeBytes {
                try unsafe IdentityFile.identities(in: $0)
            }
        }
        return identities
    }

    /// What the suite calls an outcome.
    static func category(of error: DecryptionError) -> String {
        switch error {
        case .armor: "armor failure"
        case .header: "header failure"
        case .wrongHeaderCode: "HMAC failure"
        case .noMatch: "no match"
        case .payload: "payload failure"
        }
    }
}

/// Undoes zlib's compression with the system's library, which this package does not link.
private func inflate(_ bytes: [UInt8]) throws -> [UInt8] {
    typealias Uncompress =
        @convention(c) (
            UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt>?, UnsafePointer<UInt8>?, UInt
        ) -> CInt
    let library = unsafe dlopen("libz.so.1", RTLD_NOW)
    let found = unsafe dlsym(library, "uncompress")
    let symbol = try unsafe #require(found, "zlib is not installed")
    let uncompress = unsafe unsafeBitCast(symbol, to: Uncompress.self)
    var size = UInt(32 << 20)
    var output = [UInt8](repeating: 0, count: Int(size))
    let status = unsafe uncompress(&output, &size, bytes, UInt(bytes.count))
    try #require(status == 0)
    return Array(output.prefix(Int(size)))
}
