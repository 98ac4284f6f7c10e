// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import Timestamp

/// `saksi timestamp request FILE`: what an authority is sent.
struct TimestampRequestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Write a request for a time-stamp on a file.",
        discussion: """
            Only the file's hash and a random number leave this device. The request is sent with \
            'Content-Type: application/timestamp-query'; keep it beside the answer.
            """
    )

    @Option(
        name: .customLong("hash"),
        help: "The algorithm that the file is hashed with: sha256, sha384 or sha512.",
        transform: { name in
            guard let algorithm = HashAlgorithm.requestable.first(where: { $0.rawValue == name })
            else { throw ValidationError("\"\(name)\" is not sha256, sha384 or sha512") }
            return algorithm
        }
    )
    var algorithm = HashAlgorithm.sha256

    @Option(
        help: "The policy to be stamped under, as numbers with dots.",
        transform: {
            guard let policy = OID($0) else {
                throw ValidationError("\"\($0)\" is no object identifier")
            }
            return policy
        }
    )
    var policy: OID?

    @Flag(help: "Leave out the number that ties the answer to this request.")
    var noNonce = false

    @Flag(help: "Ask for a token without the authority's certificates.")
    var noCertificates = false

    @OptionGroup var output: AgeOutput

    @Argument(help: "The file to be stamped.", completion: .file())
    var file: String

    func run() throws {
        let request = TimestampRequest(
            imprint: try TimestampFile.imprint(of: file, with: algorithm),
            policy: policy,
            nonce: noNonce ? nil : TimestampRequest.Nonce(.random(in: 1...(.max))),
            wantsCertificates: !noCertificates
        )
        try output.write { writer in
            var writer = writer
            try writer.write(request.bytes)
        }
    }
}
