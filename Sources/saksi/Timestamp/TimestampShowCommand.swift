// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Timestamp

/// `saksi timestamp show FILE`: what a request, a response or a token says.
struct TimestampShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a request, a response or a token says.",
        discussion: "Nothing of it is verified."
    )

    @Flag(help: "Print it as JSON.")
    var json = false

    @Argument(help: "The file.", completion: .file())
    var file: String

    func run() throws {
        let bytes = try LogFile.bytes(file, limit: TimestampFile.limit)
        let report =
            if let request = try? TimestampRequest(parsing: bytes) {
                TimestampReport(request)
            } else {
                TimestampReport(try TimestampFile.timestamp(file), checked: nil)
            }
        if json { try report.showJSON() } else { report.show() }
    }
}

/// What is printed of a time-stamp.
struct TimestampReport: Encodable {
    /// What each way of checking found, where it was checked.
    struct Checks: Encodable {
        let isVerified: Bool
        let openssl: String
        let ownReading: String
    }

    var kind: String
    var status: String?
    var time: String?
    var accuracy: String?
    var seconds: Int64?
    var hash: String?
    var imprint: String?
    var policy: String?
    var serialNumber: String?
    var nonce: String?
    var certificates: Int?
    var wantsCertificates: Bool?
    var checks: Checks?

    init(_ request: TimestampRequest) {
        kind = "request"
        hash = request.imprint.algorithm.rawValue
        imprint = Hex.encode(request.imprint.hash)
        policy = request.policy.map { "\($0)" }
        nonce = request.nonce.map { "\($0)" }
        wantsCertificates = request.wantsCertificates
    }

    init(_ stored: StoredTimestamp, checked: TimestampVerification?) {
        switch stored {
        case .response(let response):
            kind = "response"
            status = "\(response.status)"
        case .token: kind = "token"
        }
        if let token = stored.token {
            let info = token.info
            time = info.time.text
            accuracy = info.accuracy.map { "\($0)" }
            seconds = info.time.seconds
            hash = info.imprint.algorithm.rawValue
            imprint = Hex.encode(info.imprint.hash)
            policy = "\(info.policy)"
            serialNumber = info.serialNumber
            nonce = info.nonce.map { "\($0)" }
            certificates = token.certificates.count
        }
        checks = checked.map {
            Checks(
                isVerified: $0.violation == nil,
                openssl: $0.byOpenSSL.map { "\($0)" } ?? "good",
                ownReading: $0.byOwnReading.map { "\($0)" } ?? "good"
            )
        }
    }

    func showJSON() throws { try Listing.show(json: self) }

    /// One line for each thing that there is to say.
    func show() {
        if checks?.isVerified == true { Terminal.result("verified") }
        Listing.show([
            ("kind", kind), ("status", status), ("time", time), ("accuracy", accuracy),
            ("seconds since 1970", seconds.map { "\($0)" }), ("hash", hash), ("imprint", imprint),
            ("policy", policy), ("serial number", serialNumber), ("nonce", nonce),
            ("certificates", certificates.map { "\($0)" }),
            ("wants certificates", wantsCertificates.map { $0 ? "yes" : "no" }),
        ])
    }
}
