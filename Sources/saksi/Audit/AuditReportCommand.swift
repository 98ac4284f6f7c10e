// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import Vault
import VaultClient

/// `saksi audit report -o FILE`.
struct AuditReportCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page of HTML with a timeline of each case and each person.",
        discussion: """
            The whole log is replayed. The page needs no network and no other program than a browser; it \
            names people by their fingerprints only. The same log gives the same page.
            """
    )
    static let exits = Exit.allCases

    @Option(name: .shortAndLong, help: "The page; must not exist.", completion: .file())
    var output: String

    @Flag(help: "Replace the page.")
    var force = false

    @OptionGroup var witnesses: WitnessOptions
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let known = try witnesses.read()
        let file = try OutputFile(path: output, replaces: force, mode: 0o600)
        let (report, html) = try await device.withSession { session in
            let bar = ProgressBar("auditing") { "\($0) entries" }
            defer { bar.finish() }
            return try await session.auditPage(witnesses: known) {
                bar.update(done: $0, total: $1)
            }
        }
        var writer = file.writer
        try writer.write(Array(html.utf8))
        try file.commit()
        try AuditVerify.requireClean(report)
    }
}
