// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi list CASE`: what was submitted to a case.
struct ListCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what was submitted to a case; the vault logs that you looked."
    )
    static let exits = Exit.allCases

    @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
    var caseName: String

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let submissions = try await device.withSession { try await $0.list(caseName) }
        if json { return try Listing.show(json: submissions) }
        for submission in submissions {
            let consent =
                submission.consent.isEmpty ? "none" : submission.consent.joined(separator: " ")
            Terminal.result(
                "submission \(submission.number)  accepted \(submission.accepted)  consent: \(consent)"
            )
            Terminal.result("  by \(submission.submitter.grouped)")
            for wish in submission.wishes ?? [] { Terminal.result("  \(wish.line)") }
            if let last = submission.earlier.last {
                Terminal.result("  sealed anew; before: \(last)")
            }
            if submission.isHeld { Terminal.result("  held: it cannot be erased") }
            if let problem = submission.problem {
                Terminal.result("  cannot be opened: \(problem)")
            }
            for item in submission.items {
                let testimony = item.isTestimony ? "  (testimony)" : ""
                let erased = item.erased.map { "  erased (\($0))" } ?? ""
                Terminal.result(
                    "  \(submission.number)/\(item.number)  \(Amount.bytes(item.size))  "
                        + "\(item.name)\(testimony)\(erased)"
                )
                for line in item.lines { Terminal.result("       \(line)") }
            }
        }
    }
}

extension ItemListing {
    /// What is said of the item, for people.
    fileprivate var lines: [String] {
        var lines: [String] = []
        if let arrival {
            let page = url.map { " of \($0)" } ?? ""
            let time = captured.map { ", captured \($0)" } ?? ""
            lines.append("arrived: \(arrival)\(page)\(time)")
        }
        if let matches, let seenBy {
            lines.append(
                "seen by \(seenBy): \(matches ? "shows" : "does not show") what it is said to show"
            )
        }
        if let claimedTime { lines.append("claimed time: \(claimedTime)") }
        if let claimedPlace { lines.append("claimed place: \(claimedPlace)") }
        if let derivation {
            let language = derivation.language.map { " (\($0))" } ?? ""
            let reviewer = derivation.reviewer.map { ", reviewed by \($0)" } ?? ""
            lines.append(
                "\(derivation.kind)\(language) from \(derivation.item ?? derivation.from), "
                    + "by \(derivation.method)\(reviewer)"
            )
        }
        if let replaces { lines.append("a later version of \(replaces)") }
        return lines
    }
}

extension ConsentWish {
    /// The wish, for people.
    fileprivate var line: String {
        let hidden = hidden.isEmpty ? "" : " hide \(hidden.joined(separator: " "))"
        return "\(person) asks, for \(consentClass):\(hidden)"
            + (conditions.map { (hidden.isEmpty ? " " : "; ") + $0 } ?? "")
    }
}
