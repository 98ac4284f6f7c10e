// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi audit verify [--full]`.
struct AuditVerify: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Replay the log: each entry must have been allowed at its place.",
        discussion: """
            Downloads the entries and the published checkpoints, hashes the first to the roots of the \
            second, verifies every signature, and applies the vault's rules. It goes on where this \
            device found nothing before; --full begins at the first entry.
            """
    )
    static let exits = Exit.allCases

    @Flag(help: "Begin at the first entry.")
    var full = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var witnesses: WitnessOptions
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let known = try witnesses.read()
        let report = try await device.withSession { session in
            let bar = ProgressBar("auditing") { "\($0) entries" }
            defer { bar.finish() }
            return try await session.audit(fully: full, witnesses: known) {
                bar.update(done: $0, total: $1)
            }
        }
        if json { try Listing.show(json: report) } else { show(report) }
        try Self.requireClean(report)
    }

    /// Ends with status 1 where something was not allowed.
    static func requireClean(_ report: AuditReport) throws {
        let count = report.violationCount
        guard count > 0 else { return }
        throw Failure(
            "\(count) \(count == 1 ? "entry was" : "entries were") not allowed",
            hint: "the daemon took in what its rules forbid: ask who had control of it then"
        )
    }

    private func show(_ report: AuditReport) {
        for entry in report.violations {
            let act = entry.act.map { ", \($0)," } ?? ""
            let actor = entry.actor.map { " by \($0.grouped)" } ?? ""
            Terminal.result("entry \(entry.index)\(act)\(actor)")
            Terminal.result("  \(entry.rule ?? ""): \(entry.reason ?? "")")
        }
        let left = report.violationCount - report.violations.count
        if left > 0 { Terminal.result("and \(left) more") }
        Listing.show([
            ("vault", report.vault), ("entries", "\(report.entries)"), ("root", report.root),
            ("replayed", "\(report.entries - report.from), from entry \(report.from)"),
            ("checkpoints", "\(report.checkpoints)"),
            ("cosignatures", "\(report.cosignatures)"),
            ("not allowed", "\(report.violationCount)"),
        ])
    }
}
