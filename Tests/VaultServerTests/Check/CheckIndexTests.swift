// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Vault

@testable import VaultServer

@Suite("Check of an index")
struct CheckIndexTests {
    /// One row that is not as the log gives it.
    struct Damage: Sendable, CustomTestStringConvertible {
        let table: String
        let sql: String
        /// A part of the finding.
        let told: String

        var testDescription: String { sql }

        static let all = [
            Damage(
                table: "members",
                sql: "UPDATE members SET leaf = leaf + 1 WHERE leaf = 1",
                told: "leaf 2"
            ),
            Damage(
                table: "case_entries",
                sql: "DELETE FROM case_entries WHERE act = 'submit'",
                told: "found no such row"
            ),
            Damage(
                table: "case_entries",
                sql: """
                    INSERT INTO case_entries
                    SELECT case_id, 0, act, actor FROM case_entries WHERE act = 'submit'
                    """,
                told: "expected no such row"
            ),
            Damage(
                table: "case_invites",
                sql: "INSERT INTO case_invites VALUES (x'01', x'02')",
                told: "found key 01, case_id 02"
            ),
            Damage(
                table: "invites",
                sql: "UPDATE invites SET leaf = 7 WHERE leaf = 0",
                told: "leaf 7"
            ),
            Damage(
                table: "person_entries",
                sql: "DELETE FROM person_entries WHERE leaf = 1",
                told: "found no such row"
            ),
            Damage(
                table: "submissions",
                sql: "UPDATE submissions SET epoch = 2",
                told: "epoch 2"
            ),
            Damage(
                table: "consents",
                sql: "UPDATE consents SET classes = 'court public'",
                told: "classes \"court public\""
            ),
            Damage(
                table: "objects",
                sql: """
                    UPDATE objects SET record = x'00'
                    WHERE object = (SELECT object FROM objects LIMIT 1)
                    """,
                told: "record 00"
            ),
            Damage(
                table: "referenced",
                sql: """
                    DELETE FROM referenced WHERE hash = (SELECT hash FROM referenced LIMIT 1)
                    """,
                told: "found no such row"
            ),
            Damage(
                table: "statements",
                sql: "UPDATE recent SET id = x'00000000000000000000000000000000' WHERE leaf = 3",
                told: "at entry 3"
            ),
            Damage(
                table: "statements",
                sql: "INSERT INTO statements VALUES (x'00000000000000000000000000000000', 1)",
                told: "rows"
            ),
        ]
    }

    @Test(
        "names a row of any table that the log does not give, and makes it again",
        arguments: Damage.all
    )
    func row(damage: Damage) async throws {
        try await ServedVault.lendSubmission { vault, _ in
            let path = VaultFolder(vault.configuration).indexPath
            #expect(try await vault.check().findings == [])
            try await VaultIndex(at: path).tamper(damage.sql)
            #expect(try await vault.check(deep: false).isClean)
            let findings = try await vault.check().findings
            let table = "index, \(damage.table)"
            #expect(
                findings.contains { $0.subject == table && "\($0)".contains(damage.told) },
                "\(findings)"
            )
            #expect(findings.allSatisfy { $0.subject == table || $0.subject == "index" })
            #expect(try await vault.check(rebuildIndex: true).findings == [])
            #expect(try await vault.check().findings == [])
            #expect(!FileManager.default.fileExists(atPath: path + ".check"))
        }
    }

    @Test("names a state that is not as it was kept, also without deep")
    func flippedState() async throws {
        try await ServedVault.lendSubmission { vault, _ in
            let path = VaultFolder(vault.configuration).indexPath
            try await VaultIndex(at: path).tamperState(" auditor ", " admin ", rehashed: false)
            #expect(try await vault.damaged(deep: false) == ["index, snapshot"])
            #expect(try await vault.check(rebuildIndex: true).findings == [])
        }
    }

    @Test("names the line of a state that is not the log's, also without deep")
    func wrongState() async throws {
        try await ServedVault.lendSubmission { vault, _ in
            let path = VaultFolder(vault.configuration).indexPath
            try await VaultIndex(at: path).tamperState(" auditor ", " admin ", rehashed: true)
            let finding = try #require(try await vault.check(deep: false).findings.first)
            #expect(finding.subject.hasPrefix("index, snapshot, line "))
            #expect(finding.expected.contains(" auditor ") && finding.found.contains(" admin "))
        }
    }

    @Test(
        "a start takes no rights from a state that is not as it was kept, and makes the index again"
    )
    func start() async throws {
        try await ServedVault.lendSubmission { vault, _ in
            let path = VaultFolder(vault.configuration).indexPath
            let index = try VaultIndex(at: path)
            try await index.tamperState(" auditor ", " admin ", rehashed: false)
            try await index.tamper("DELETE FROM submissions")
            do {
                let open = try await VaultFolder(vault.configuration).open(
                    logger: ServedVault.quiet,
                    now: vault.clock.now
                )
                #expect(String(decoding: open.state.bytes, as: UTF8.self).contains(" auditor 11 "))
                await open.close()
            }
            #expect(try await vault.check().findings == [])
        }
    }
}
