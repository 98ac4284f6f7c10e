// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Foundation
import Timestamp
import Vault

/// `saksi timestamp verify TOKEN`: accepts and refuses what `openssl ts -verify` does.
struct TimestampVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a time-stamp: who made it, when, and over what.",
        discussion: """
            A response and a bare token are told apart, in DER or BER. Each is checked in two ways, by \
            OpenSSL and by our own reading, and both must find it good. Certificates expire: a token from \
            years ago is checked with --at and its own time, which 'saksi timestamp show' prints.
            """
    )

    @Option(help: "The file that was stamped.", completion: .file())
    var data: String?

    @Option(
        help: "The hash that was stamped, in hexadecimal digits.",
        transform: { digits in
            guard let hash: [UInt8] = Hex.decode(digits.lowercased()) else {
                throw ValidationError("\"\(digits)\" is not in hexadecimal digits")
            }
            return hash
        }
    )
    var digest: [UInt8]?

    @Option(
        help: "The request that was answered: its nonce and policy count as well.",
        completion: .file()
    )
    var request: String?

    @Option(help: "Certificates of roots to trust; may be repeated.", completion: .file())
    var ca: [String]

    @Option(
        help: "Certificates between the signer and a root, or the signer's; may be repeated.",
        completion: .file()
    )
    var chain: [String] = []

    @Option(
        help:
            "Revocation lists; may be repeated. With one, each certificate below a root needs one.",
        completion: .file()
    )
    var crl: [String] = []

    @Option(
        help: ArgumentHelp(
            "When to judge the certificates, in UTC or in seconds since 1970. Without it, now.",
            valueName: "time"
        ),
        transform: { text in
            if let seconds = Int64(text) { return seconds }
            guard let time = UTCTime(text) else { throw ValidationError("\"\(text)\" is no time") }
            return time.seconds
        }
    )
    var at: Int64?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "The response or token.", completion: .file())
    var token: String

    func validate() throws {
        let ways = [data != nil, digest != nil, request != nil]
        guard ways.count(where: \.self) == 1 else {
            throw ValidationError("one of --data, --digest and --request is needed")
        }
    }

    func run() throws {
        let trust = TimestampTrust(
            roots: try TimestampFile.certificates(ca),
            intermediates: try TimestampFile.certificates(chain),
            revocationLists: crl.isEmpty ? nil : try TimestampFile.certificates(crl)
        )
        let stored = try TimestampFile.timestamp(token)
        let time = at ?? Int64(Date().timeIntervalSince1970)
        let found = stored.verify(answering: try wanted(stored), trusting: trust, at: time)
        let report = TimestampReport(stored, checked: found)
        if json {
            try report.showJSON()
        } else if found.violation == nil {
            report.show()
        }
        guard let violation = found.violation else { return }
        throw Failure(
            "not verified: \(violation)",
            hint: hint(violation, stored)
        )
    }

    private func wanted(_ stored: StoredTimestamp) throws -> TimestampRequest {
        if let request { return try TimestampFile.request(request) }
        let algorithm = stored.token?.info.imprint.algorithm ?? .sha256
        if let data {
            return TimestampRequest(imprint: try TimestampFile.imprint(of: data, with: algorithm))
        }
        guard let digest, let imprint = MessageImprint(algorithm, hash: digest) else {
            throw Failure(
                "the digest has \(digest?.count ?? 0) bytes, want \(algorithm.size) "
                    + "for \(algorithm.rawValue)"
            )
        }
        return TimestampRequest(imprint: imprint)
    }

    private func hint(_ violation: TimestampViolation, _ stored: StoredTimestamp) -> String? {
        guard at == nil, case .chain(let fault) = violation, fault.rule == .expired,
            let time = stored.token?.info.time
        else { return nil }
        return "--at \(time.seconds) judges the certificates at the token's own time, \(time.text)"
    }
}
