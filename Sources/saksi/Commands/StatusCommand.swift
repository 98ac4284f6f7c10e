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
            Who reads a case sees each access to, and export of, what they submitted themselves. Who may \
            only submit sees their own submissions.
            """
    )
    static let exits = Exit.allCases

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let statuses = try await device.withSession { try await $0.status() }
        if json { return try Listing.show(json: statuses) }
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
}
