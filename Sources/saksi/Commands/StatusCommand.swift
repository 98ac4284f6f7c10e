// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi status`: what became of one's own submissions.
struct StatusCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show your submissions, and who had them released where you may see that.",
        discussion: """
            With --receipt it looks whether the entry of a receipt is in the log as it is now. Once as many \
            witnesses as the vault's policy asks for have cosigned, the file is replaced by a receipt that \
            shows it.

            Who reads a case sees each access to, and export of, what they submitted themselves. Who may \
            only submit sees their own submissions.
            """
    )
    static let exits = Exit.allCases

    @Option(
        help: ArgumentHelp("A receipt that `saksi submit` wrote.", valueName: "file"),
        completion: .file()
    )
    var receipt: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        if let receipt { return try await look(at: receipt) }
        let (statuses, witnesses) = try await device.withSession {
            (try await $0.status(), await $0.witnessing())
        }
        if json { return try Listing.show(json: statuses) }
        Terminal.result("log witnessed: \(witnesses)")
        for status in statuses {
            Terminal.result("case \(status.id)\(status.name.map { "  \($0)" } ?? "")")
            if !status.showsAccesses, !status.submissions.isEmpty {
                Terminal.result("  who had them released is shown to the case's readers only")
            }
            for submission in status.submissions {
                let consent =
                    submission.consent.isEmpty ? "none" : submission.consent.joined(separator: " ")
                Terminal.result(
                    "  entry \(submission.index)  accepted \(submission.accepted)  consent: \(consent)"
                )
                for act in submission.acts {
                    Terminal.result(
                        "    \(act.accepted)  \(act.act)  \(act.purpose)  entry \(act.index)"
                    )
                    Terminal.result("      by \(act.actor.grouped)")
                }
            }
        }
    }

    private func look(at receipt: String) async throws {
        var arguments = try RawArguments()
        let path = try arguments.path(for: receipt)
        let card = try await device.withSession { try await $0.upgradeReceipt(at: path) }
        if json { return try Listing.show(json: card) }
        Listing.show([
            ("log entry", "\(card.index), accepted \(card.accepted)"),
            ("shown in", "a log of \(card.entries) entries"),
            ("witnessed", "\(card.witnesses)"),
            ("file", card.isUpgraded ? "replaced by a witnessed receipt" : "as it was"),
        ])
    }
}
