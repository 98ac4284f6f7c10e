// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi audit [list]`.
struct AuditList: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List who did what, when and under which key, with the proof of each.",
        discussion: """
            The whole log is replayed; what matches is shown once all of it was checked. With --json each \
            entry comes with its receipt, which anybody can verify with the log's key.
            """
    )
    static let exits = Exit.allCases

    @Option(name: .customLong("case"), help: "Only this case: its name or id.")
    var caseName: String?

    @Option(help: "Only this person, by the fingerprint of any of their keys.")
    var actor: Fingerprint?

    @Option(help: "Only this act, such as access or case.grant.")
    var act: ActName?

    @Option(help: "Only from this time on: 2026-11-21, or 2026-11-21T05:50:00Z.")
    var since: Since?

    @Flag(exclusivity: .exclusive)
    var form = Form.text

    @OptionGroup var device: DeviceOptions

    enum Form: EnumerableFlag {
        case text, json, csv

        static func name(for value: Form) -> NameSpecification {
            value == .text
                ? .customLong("text") : value == .json ? .customLong("json") : .customLong("csv")
        }

        static func help(for value: Form) -> ArgumentHelp? {
            switch value {
            case .text: "Print lines for people."
            case .json: "Print JSON, with receipts."
            case .csv: "Print RFC 4180 tables, for spreadsheets."
            }
        }
    }

    func run() async throws {
        var filter = AuditFilter()
        filter.actor = actor
        filter.act = act
        filter.since = since?.time
        let listing = try await device.withSession { [filter] session in
            let bar = ProgressBar("replaying") { "\($0) entries" }
            defer { bar.finish() }
            return try await session.auditedEntries(
                filter,
                of: caseName,
                proved: form == .json
            ) { bar.update(done: $0, total: $1) }
        }
        switch form {
        case .text: for entry in listing.entries { Self.show(entry) }
        case .json: try Listing.show(json: listing)
        case .csv: CSV.show(AuditTable.header, listing.entries.map(AuditTable.cells))
        }
    }

    /// Shows one entry: a line, and what belongs to it below.
    static func show(_ entry: AuditedEntry) {
        let what = [entry.accepted, entry.act].compactMap { $0 }.joined(separator: "  ")
        Terminal.result("entry \(entry.index)  \(what.isEmpty ? "cannot be read" : what)")
        if let rule = entry.rule {
            Terminal.result("  NOT ALLOWED: \(rule): \(entry.reason ?? "")")
        }
        if let actor = entry.actor {
            Terminal.result("  by \(actor.grouped)\(entry.role.map { " (\($0))" } ?? "")")
            if let person = entry.person, person != actor {
                Terminal.result("  a key of \(person.grouped)")
            }
        }
        if let caseID = entry.caseID { Terminal.result("  case: \(caseID)") }
        for line in entry.lines where !line.hasPrefix("case: ") {
            Terminal.result("  \(shortened(line))")
        }
        if let statement = entry.statement { Terminal.result("  statement \(statement)") }
        Terminal.result("  leaf \(entry.leaf)")
    }

    /// Keys of the post-quantum kind fill a screen.
    private static func shortened(_ line: String) -> String {
        line.count <= 200 ? line : line.prefix(80) + "… (\(line.count) characters)"
    }
}

/// The entries as a table.
private enum AuditTable {
    static let header = [
        "index", "accepted", "time", "act", "key", "person", "role", "case", "lines", "statement",
        "leaf", "not allowed",
    ]

    static func cells(_ entry: AuditedEntry) -> [String] {
        [
            "\(entry.index)", entry.accepted, entry.time, entry.act, entry.actor?.hex,
            entry.person?.hex, entry.role, entry.caseID, entry.lines.joined(separator: "\n"),
            entry.statement, entry.leaf, entry.rule,
        ].map { $0 ?? "" }
    }
}

/// The start of a time span, as people type it.
struct Since: ExpressibleByArgument {
    let time: UTCTime

    init?(argument: String) {
        let time = UTCTime(argument) ?? UTCTime(argument + "T00:00:00Z")
        guard let time else { return nil }
        self.time = time
    }
}
