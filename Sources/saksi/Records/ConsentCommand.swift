// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi consent`: to whom evidence may be given.
struct ConsentCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "consent",
        abstract: "See, narrow or withdraw the consent to give evidence to somebody.",
        subcommands: [
            ConsentShow.self, ConsentNarrow.self, ConsentWithdraw.self, ConsentOverride.self,
        ]
    )
    static let exits = Exit.allCases
}

/// `saksi consent show CASE`: to whom each submission may be given.
struct ConsentShow: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show to whom each submission of a case may be given, and how that changed."
    )
    static let exits = Exit.allCases

    @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
    var caseName: String

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let standings = try await device.withSession { try await $0.consents(caseName) }
        if json { return try Listing.show(json: standings) }
        for standing in standings {
            Terminal.result("submission \(standing.number)  consent: \(words(standing.classes))")
            if !standing.overrides.isEmpty {
                Terminal.result("  once, in spite of it: \(words(standing.overrides))")
            }
            for change in standing.history {
                let authority = change.authority.map { "  (\($0))" } ?? ""
                Terminal.result(
                    "  entry \(change.index)  accepted \(change.accepted)  \(change.act): "
                        + words(change.classes) + authority
                )
            }
        }
    }

    private func words(_ classes: [String]) -> String {
        classes.isEmpty ? "none" : classes.joined(separator: " ")
    }
}

/// `saksi consent narrow CASE SUBMISSION --to CLASS…`: takes classes away.
struct ConsentNarrow: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "narrow",
        abstract: "Leave fewer classes to whom a submission of yours may be given.",
        discussion: "What was exported before stays with those who have it."
    )
    static let exits = Exit.allCases

    @OptionGroup var target: ConsentTarget

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "All that stay: asylum, court, media, partner, prosecutor, public, un.",
            valueName: "class"
        )
    )
    var to: [ConsentClass]

    @OptionGroup var device: DeviceOptions

    func run() async throws { try await target.narrow(to: Set(to), device) }
}

/// `saksi consent withdraw CASE SUBMISSION`: takes consent back.
struct ConsentWithdraw: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take back the consent for a submission of yours: it may be given to nobody.",
        discussion: "What was exported before stays with those who have it."
    )
    static let exits = Exit.allCases

    @OptionGroup var target: ConsentTarget
    @OptionGroup var device: DeviceOptions

    func run() async throws { try await target.narrow(to: [], device) }
}

/// A submission of one's own.
struct ConsentTarget: ParsableArguments {
    @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
    var caseName: String

    @Argument(help: "The submission, as `saksi consent show` numbers it, or its record's SHA-256.")
    var submission: String

    fileprivate func narrow(to classes: Set<ConsentClass>, _ device: DeviceOptions) async throws {
        let index = try await device.withSession {
            try await $0.narrowConsent(to: submission, of: caseName, classes: classes)
        }
        Listing.show([("entry", "\(index)")])
    }
}

/// `saksi consent override CASE SUBMISSION… --for CLASS --authority A`: lets evidence go in spite of consent.
struct ConsentOverride: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "override",
        abstract: "Let submissions be exported once without consent for it; administrators decide.",
        discussion: """
            A reader of the case or an administrator proposes it; where the vault asks for more than one \
            administrator, the others sign with `saksi admin approve`. The bundle shows the decision.
            """
    )
    static let exits = Exit.allCases

    @Argument(
        help: ArgumentHelp(
            "The case: its name, or its id where you do not read it.",
            valueName: "case"
        )
    )
    var caseName: String

    @Argument(
        help: "The submissions as `saksi list` numbers them, or the SHA-256 of their records."
    )
    var submissions: [String]

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("To whom it is to be given.", valueName: "class")
    )
    var consentClass: ConsentClass

    @Option(help: "On whose authority: 1 to 32 of a-z, 0-9 and -, such as court-order.")
    var authority: String

    @OptionGroup var proposal: ProposalTime
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard Access.isPurpose(authority) else {
            throw ValidationError("got --authority \(authority), want 1 to 32 of a-z, 0-9 and -")
        }
    }

    func run() async throws {
        let decision = try await device.withSession {
            try await $0.overrideConsent(
                of: submissions,
                in: caseName,
                for: consentClass,
                authority: authority,
                for: proposal.seconds,
                confirm: confirmation.require
            )
        }
        decision.show()
    }
}
