// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.exist("rfc3161/tob/test_tsa/response.tsr"), Vectors.reason))
struct TimestampCommandTests {
    private func path(_ name: String) -> String {
        Vectors.root.appending(path: "rfc3161").appending(path: name).path
    }

    private func verify(_ token: String, _ words: String...) async throws -> BuiltProgram.Outcome {
        let ca = path("tob/test_tsa/ts_chain.pem")
        return try await BuiltProgram.saksi.run(
            ["timestamp", "verify", "--ca", ca] + words + [path(token)]
        )
    }

    @Test("verifies a public token and says what it is about")
    func verifies() async throws {
        let outcome = try await verify(
            "tob/test_tsa/response.tsr",
            "--data",
            path("data/hello.txt"),
            "--at",
            "2024-10-08T15:40:32Z"
        )
        #expect(outcome.status == 0)
        #expect(outcome.error == "")
        #expect(outcome.output.hasPrefix("verified\nkind:"))
        #expect(outcome.output.contains(" 2024-10-08T15:40:32Z\n"))
        #expect(outcome.output.contains(" sha512\n"))
    }

    @Test("refuses other data, the answer to another request and another root, with the reason")
    func refuses() async throws {
        func expect(_ reason: String, _ outcome: BuiltProgram.Outcome) {
            #expect(outcome.status == 1)
            #expect(outcome.output == "")
            #expect(outcome.error.hasPrefix("saksi: error: not verified: \(reason)"))
        }
        let token = "tob/test_tsa/response.tsr"
        try await expect(
            "the token is about other data",
            verify(token, "--data", path("expected.tsv"), "--at", "1728402032")
        )
        try await expect(
            "the token answers another request",
            verify(token, "--request", path("tob/test_tsa/other_request.der"), "--at", "1728402032")
        )
        try await expect(
            "the issuer of",
            verify("tob/test_tsa/other_response.tsr", "--data", path("data/hello.txt"))
        )
        try await expect(
            "certificate 2 of the chain is not valid yet",
            verify(token, "--data", path("data/hello.txt"), "--at", "0")
        )
    }

    @Test("an expired token's refusal names its own time, at which it verifies")
    func expired() async throws {
        let words = [
            "timestamp", "verify", "--data", path("tob/sigstore.mock/payload"), "--ca",
            path("tob/sigstore.mock/ts_chain.pem"), "--chain",
            path("tob/sigstore.mock/ts_chain.pem"), path("tob/sigstore.mock/response-expired.tsr"),
        ]
        let now = try await BuiltProgram.saksi.run(words)
        #expect(now.status == 1)
        #expect(now.error.contains("has expired\nsaksi: hint: --at 1675209600 "))
        let then = try await BuiltProgram.saksi.run(words + ["--at", "1675209600"])
        #expect(then.status == 0)
    }

    @Test("a request is written, shown and never overwritten")
    func requests() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("hello".utf8, "data")
        let words = ["timestamp", "request", "--hash", "sha384", "-o", folder.path("tsq"), file]
        let outcome = try await BuiltProgram.saksi.run(words)
        #expect(outcome.status == 0)
        #expect(outcome.output == "" && outcome.error == "")
        let shown = try await BuiltProgram.saksi("timestamp", "show", "--json", folder.path("tsq"))
        #expect(shown.status == 0)
        #expect(shown.output.contains("\"hash\" : \"sha384\""))
        #expect(shown.output.contains("\"kind\" : \"request\""))
        #expect(shown.output.contains("\"wantsCertificates\" : true"))
        #expect(try await BuiltProgram.saksi.run(words).status == 1)
    }

    @Test("words that say nothing, and files that hold no certificate, are wrong usage")
    func usage() async throws {
        let token = "tob/test_tsa/response.tsr"
        #expect(try await verify(token).status == 2)
        #expect(try await verify(token, "--digest", "00", "--data", path(token)).status == 2)
        #expect(try await verify(token, "--data", path(token), "--at", "yesterday").status == 2)
        let crl = try await verify(token, "--data", path(token), "--crl", path("data/hello.txt"))
        #expect(crl.status == 2)
        let shown = try await BuiltProgram.saksi("timestamp", "show", path("data/hello.txt"))
        #expect(shown.status == 1)
        #expect(shown.error.contains("data/hello.txt: the TimeStampResp is malformed"))
    }
}
