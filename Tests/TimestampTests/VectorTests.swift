// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Timestamp

/// A line of `expected.tsv`, which was measured with `openssl ts` and PyPI's rfc3161-client.
struct VectorLine: Sendable, CustomTestStringConvertible {
    let token: String
    let request: String?
    let data: String
    let anchor: String
    let chain: String?
    let time: String
    let algorithm: String
    let today: Bool
    let atTime: Bool

    var testDescription: String { token + (request.map { " vs \($0)" } ?? "") }

    static let folder = "rfc3161"
    /// When the results were measured.
    static let measured: Int64 = 1_795_219_200

    /// The lines whose files are here: the public set may be a part of the whole one.
    static let all: [VectorLine] = {
        guard let text = try? Vectors.text("\(folder)/expected.tsv") else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { VectorLine($0) }
            .filter { Vectors.exist("\(folder)/\($0.token)") }
    }()

    init?(_ line: Substring) {
        let fields = line.split(separator: "\t").map(String.init)
        guard fields.count >= 9 else { return nil }
        let names = fields[0].components(separatedBy: " vs ")
        token = names[0]
        let parent = (names[0] as NSString).deletingLastPathComponent
        request = names.count > 1 ? "\(parent)/\(names[1])" : nil
        data = fields[2]
        anchor = fields[3]
        // A note may follow the name.
        let chain = fields[4].split(separator: " ").first.map(String.init) ?? "-"
        self.chain = chain == "-" ? nil : chain
        time = fields[5]
        algorithm = fields[6]
        today = fields[7].hasPrefix("OK")
        atTime = fields[8].hasPrefix("OK")
    }

    func trust() throws -> TimestampTrust {
        let chain = try chain.map { try CertificateFile(parsing: Self.bytes($0)) }
        return TimestampTrust(
            roots: try CertificateFile(parsing: Self.bytes(anchor)),
            intermediates: chain ?? CertificateFile()
        )
    }

    func request(for token: TimestampToken) throws -> TimestampRequest {
        if let request { return try TimestampRequest(parsing: Self.bytes(request)) }
        let algorithm = token.info.imprint.algorithm
        return TimestampRequest(
            imprint: MessageImprint(hashing: try Self.bytes(data), with: algorithm)
        )
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        try Vectors.bytes("\(folder)/\(path)")
    }
}

@Suite(.enabled(if: Vectors.exist("rfc3161/expected.tsv"), Vectors.reason))
struct VectorTests {
    @Test(
        "a public token comes out as openssl found it, today and at its own time",
        arguments: VectorLine.all
    )
    func verifies(line: VectorLine) throws {
        let stored = try StoredTimestamp(parsing: VectorLine.bytes(line.token))
        let token = try #require(stored.token)
        #expect(token.info.time.text == line.time)
        #expect(token.info.imprint.algorithm.rawValue == line.algorithm)
        let request = try line.request(for: token)
        let trust = try line.trust()
        let today = stored.verify(answering: request, trusting: trust, at: VectorLine.measured)
        #expect((today.violation == nil) == line.today, "\(today)")
        let then = stored.verify(answering: request, trusting: trust, at: token.info.time.seconds)
        #expect((then.violation == nil) == line.atTime, "\(then)")
    }
}
