// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct BagCommandTests {
    private static let bundle = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../EvidenceTests/Golden/bundle").standardizedFileURL.path

    @Test("takes a vault's bundle for the bag that it is")
    func bundle() async throws {
        let outcome = try await BuiltProgram.saksi("bag", "verify", Self.bundle)
        #expect(outcome.status == 0 && outcome.error == "")
        let lines = outcome.output.split(separator: "\n")
        let verdict = lines.last ?? ""
        let info = try String(contentsOfFile: Self.bundle + "/bag-info.txt", encoding: .utf8)
        let sum = try #require(info.firstMatch(of: /Payload-Oxum: ([0-9]+)\.([0-9]+)/)?.output)
        #expect(verdict.hasPrefix("valid: BagIt 1.0, \(sum.2) payload files of \(sum.1) bytes, "))
        #expect(verdict.hasSuffix(" tag files; sha256"))
        // The seal is over the lists, and the certificate tells of the seal: so both are in none.
        let warning = "warning  manifest.tags  tagmanifest-sha256.txt: it does not list "
        for line in lines.dropLast() {
            #expect(
                ["SEAL.txt", "seal/", "addenda/certificate."].contains {
                    line.hasPrefix(warning + $0)
                },
                "\(line)"
            )
        }
    }

    /// A bag of md5 whose one file has another checksum, under a name that a terminal would obey.
    private func broken(in folder: borrowing TemporaryFolder) throws -> String {
        try folder.write(
            "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n".utf8,
            "bagit.txt"
        )
        try folder.write("x".utf8, "data/\u{1b}[2J")
        let zeros = String(repeating: "0", count: 32)
        try folder.write("\(zeros)  data/\u{1b}[2J\n\(zeros)  ../x\n".utf8, "manifest-md5.txt")
        return folder.url.path
    }

    @Test("names each broken rule with its place, and exits with 1")
    func refuses() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await BuiltProgram.saksi("bag", "verify", try broken(in: folder))
        #expect(outcome.status == 1)
        #expect(outcome.error == "saksi: error: not valid: manifest.path, checksum\n")
        let wanted = #"""
            warning  manifest.weak  manifest-md5.txt: md5 shows damage, not forgery
            BROKEN   manifest.path  manifest-md5.txt: line 2: "../x" is not a plain way into the bag
            BROKEN   checksum       data/\u{1b}[2J: md5 is 9dd4e461268c8034f5c8564e155c67a6, \#
            want 00000000000000000000000000000000
            NOT VALID: BagIt 0.97, 1 payload files of 1 bytes, 2 tag files; md5

            """#
        #expect(outcome.output == wanted)
    }

    @Test("gives the report as one JSON document")
    func json() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await BuiltProgram.saksi(
            "bag",
            "verify",
            "--json",
            try broken(in: folder)
        )
        #expect(outcome.status == 1)
        #expect(!outcome.output.contains("\u{1b}"))
        let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        let report = try #require(value as? [String: Any])
        #expect(report["format"] as? String == "saksi/v1 bag")
        #expect(report["outcome"] as? String == "not-valid")
        #expect(report["version"] as? String == "0.97")
        #expect(report["algorithms"] as? [String] == ["md5"])
        #expect(report["payloadFiles"] as? Int == 1)
        #expect(report["payloadBytes"] as? Int == 1)
        #expect(report["tagFiles"] as? Int == 2)
        let findings = try #require(report["findings"] as? [[String: Any]])
        #expect(
            findings.map { $0["rule"] as? String } == [
                "manifest.weak", "manifest.path", "checksum",
            ]
        )
        #expect(findings.map { $0["severity"] as? String } == ["warning", "broken", "broken"])
        #expect(findings.map { $0["line"] as? Int } == [nil, 2, nil])
        #expect(findings[2]["file"] as? String == "data/\u{1b}[2J")
    }

    @Test("exits with 1 for a folder that is not there, and with 2 for a wrong command line")
    func usage() async throws {
        let folder = try TemporaryFolder()
        #expect(try await BuiltProgram.saksi("bag", "verify", folder.path("none")).status == 1)
        for arguments in [["bag", "verify"], ["bag", "verify", "a", "b"], ["bag", "x"]] {
            let outcome = try await BuiltProgram.saksi.run(arguments)
            #expect(outcome.status == 2 && outcome.output == "", "\(arguments)")
        }
    }
}
