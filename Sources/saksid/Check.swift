// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import VaultServer

/// `saksid check`: says what of a vault is damaged.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a vault that no daemon serves.",
        discussion: """
            Hashes the log from its entries to every tile and checkpoint, verifies the signatures \
            of every statement and replays the rules over them, looks for every record, envelope, \
            keyring and segment that an entry names, by its size, and compares how far the index \
            has come, and its state, with the log. With --deep everything that was uploaded is \
            hashed too, and the whole index is compared with one that is made from the log. \
            Prints the effective configuration, then what was found.
            """
    )

    @OptionGroup var vault: VaultOptions

    @Flag(help: "Hash what was uploaded too, and compare the whole index.")
    var deep = false

    @Flag(help: "Make the index again from the log.")
    var rebuildIndex = false

    @Flag(help: "Print the findings as JSON, without the configuration.")
    var json = false

    func run() async throws {
        let configuration = try vault.read()
        try configuration.validate()
        if !configuration.coreDumps { try Hardening.forbidCoreDumps() }
        if !json { try StandardOutput.write("\(configuration.written)\n") }
        let report = try await VaultFolder(configuration).check(
            deep: deep,
            rebuildIndex: rebuildIndex,
            logger: LogLines.logger(configuration.logLevel)
        )
        try StandardOutput.write("\(json ? try ReportJSON(report).text : "\(report)")\n")
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
    private let entries, replayed, tiles, checkpoints, contents, contentBytes: UInt64
    private let findings: [Finding]

    init(_ report: CheckReport) {
        clean = report.isClean
        deep = report.isDeep
        entries = report.entries
        replayed = report.replayed
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
