// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct TLSKeyCommandTests {
    @Test("the TLS key changes along the policy, and a device that missed it is told the new one")
    func rotation() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let rotate = ["rotate", "tls-key", "--data", vault.data]
        let early = try await BuiltProgram.saksid.run(rotate + ["--switch"])
        #expect(early.status == 1)
        let words = "there is no next TLS key: make it with rotate tls-key first"
        #expect(early.error == "saksid: error: \(words)\n")
        var people: [Person] = []
        var keys: [String: String] = [:]
        try await vault.serve { _ in
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            let invitation = try await admin.result("invite", "--role", "reader")
            people = [admin, try await vault.join("reader", by: invitation).0]

            // Made while the vault is served, and named again when asked again.
            let made = try await BuiltProgram.saksid.run(rotate)
            #expect(made.status == 0 && made.error == "")
            #expect(try await BuiltProgram.saksid.run(rotate).output == made.output)
            keys = Self.fields(made.output)
            let next = keys["next"] ?? ""
            #expect(made.output.hasSuffix("then:   saksi admin policy --add-tls-key \(next)\n"))
            let served = try await BuiltProgram.saksid.run(rotate + ["--switch"])
            #expect(served.status == 1 && served.error.contains("is in use by another process"))
            let dropped = try await admin("admin", "policy", "--tls-key", next)
            #expect(dropped.status == 1, "\(dropped.error)")
            #expect(dropped.error.contains("saksid rotate tls-key --switch"))
            let added = try await admin("admin", "policy", "--add-tls-key", next)
            #expect(added.status == 0 && added.output.hasPrefix("entry: "), "\(added.error)")
        }
        let (admin, reader) = (people[0], people[1])
        let (old, next) = (keys["in use"] ?? "", keys["next"] ?? "")
        let switched = try await BuiltProgram.saksid.run(rotate + ["--switch"])
        #expect(switched.status == 0, "\(switched.error)")
        #expect(Self.fields(switched.output)["in use"] == next)
        try await vault.serve { _ in
            let dropped = try await admin("admin", "policy", "--drop-tls-key", old)
            #expect(dropped.status == 0, "\(dropped.error)")
            let missed = try await reader("case", "list")
            #expect(missed.status == 5 && missed.error.contains("got \(next), want \(old)"))
            #expect(missed.error.contains("`saksi trust tls`"))
            let wrong = try await reader("trust", "tls", String(repeating: "0", count: 64))
            #expect(wrong.status == 5, "\(wrong.error)")
            #expect(try await reader.result("trust", "tls", next) == "tls-key: \(next)")
            _ = try await reader.result("case", "list")
        }
        let check = try await BuiltProgram.saksid("check", "--data", vault.data, "--deep")
        #expect(check.status == 0, "\(check.output)")
    }

    /// `name: value` lines.
    private static func fields(_ text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces))
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
