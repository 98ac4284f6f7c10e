// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import VaultServer

/// `saksid check`: says what of a vault is damaged.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a vault that no daemon serves.",
        discussion: """
            Re-hashes the log from its entries to every checkpoint and replays the rules over it. \
            With --deep every record, envelope, keyring and segment is hashed too. Prints the \
            effective configuration, then what was found.
            """
    )

    @OptionGroup var vault: VaultOptions

    @Flag(help: "Hash everything that is stored, not only the log.")
    var deep = false

    @Flag(help: "Make the index again from the log.")
    var rebuildIndex = false

    @Flag(help: "Print the findings as JSON, without the configuration.")
    var json = false

    func run() async throws {
        let configuration = try vault.read()
        try configuration.validate()
        if !configuration.coreDumps { try Hardening.forbidCoreDumps() }
        if !json { print(configuration.written) }
        let report = try await VaultFolder(configuration).check(
            deep: deep,
            rebuildIndex: rebuildIndex,
            logger: LogLines.logger(configuration)
        )
        print(json ? try ReportJSON(report).text : "\(report)")
        if !report.isClean {
            throw Failure("the vault in \"\(vault.data)\" is damaged")
        }
    }
}

/// What `--json` prints.
private struct ReportJSON: Encodable {
    private struct Finding: Encodable {
        let subject, expected, found: String
    }

    private let clean: Bool
    private let deep: Bool
    private let entries, tiles, checkpoints, contents, contentBytes: UInt64
    private let findings: [Finding]

    init(_ report: CheckReport) {
        clean = report.isClean
        deep = report.isDeep
        entries = report.entries
        tiles = report.tiles
        checkpoints = report.checkpoints
        contents = report.contents
        contentBytes = report.contentBytes
        findings = report.findings.map {
            Finding(subject: $0.subject, expected: $0.expected, found: $0.found)
        }
    }

    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
