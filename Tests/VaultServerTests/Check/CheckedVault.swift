// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
import Testing
import Vault

@testable import VaultServer

extension ServedVault {
    /// Lends a vault that is not served any more and has a case with a submission.
    static func lendSubmission(
        _ body: (ServedVault, TestSubmission) async throws -> Void
    ) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                try await TestCase(in: vault, client).submitAll()
            }
            let id = try #require(CaseID([UInt8](repeating: 3, count: 16)))
            _ = try await freeEngine(in: vault.configuration.data)
            try await body(vault, try TestSubmission(to: id))
        }
    }

    func check(deep: Bool = true, rebuildIndex: Bool = false) async throws -> CheckReport {
        // Tasks of the vault that was closed let go of the folder a little later.
        _ = try await freeEngine(in: configuration.data)
        return try await VaultFolder(configuration).check(
            deep: deep,
            rebuildIndex: rebuildIndex,
            logger: Self.quiet
        )
    }

    /// What a check names.
    func damaged(deep: Bool = true) async throws -> [String] {
        try await check(deep: deep).findings.map(\.subject)
    }
}

extension VaultIndex {
    /// Changes the index behind the back of the code that keeps it.
    func tamper(_ sql: String) async throws {
        try await write { db in
            try db.execute(sql: sql)
            #expect(db.changesCount == 1, "\(sql)")
        }
    }

    /// Changes the text of the state that the index keeps.
    ///
    /// - Parameter rehashed: Whether its hash is made again, too, as no disk does.
    func tamperState(_ old: String, _ new: String, rehashed: Bool) async throws {
        try await write { db in
            let bytes = try #require(try Data.fetchOne(db, sql: "SELECT state FROM snapshot"))
            let text = String(decoding: bytes, as: UTF8.self)
            let place = try #require(text.range(of: old))
            let state = Array(text.replacingCharacters(in: place, with: new).utf8)
            _ = try VaultState(parsing: state)
            try db.execute(sql: "UPDATE snapshot SET state = ?", arguments: [Data(state)])
            guard rehashed else { return }
            try db.execute(
                sql: "UPDATE snapshot SET hash = ?",
                arguments: [Hash(hashing: state).data]
            )
        }
    }
}
