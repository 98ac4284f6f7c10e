// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Vault
import VaultClient

/// `saksi invite --role R`: lets one more person in.
struct InviteCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Make an invitation for one person; it is printed once, on stdout.",
        discussion: """
            Administrators invite to any role. The owner of a case invites submitters to it. \
            Hand the invitation over in person or by a channel you trust: whoever has it can join. \
            Where the vault asks for more than one administrator, it is good once the others have \
            signed with `saksi admin approve`.
            """
    )
    static let exits = Exit.allCases

    @Option(help: "What the person will be: admin, reader, submitter or auditor.")
    var role: Role

    @Option(
        name: .customLong("case"),
        help: ArgumentHelp("The case to submit to: its name or id.", valueName: "case")
    )
    var caseName: String?

    @Option(help: ArgumentHelp("How long it may be used: 12h, 7d, 2w.", valueName: "time"))
    var expires: TimeSpan = TimeSpan(seconds: 7 * 86400)

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let (invitation, decision) = try await device.withSession {
            try await $0.invite(role: role, to: caseName, for: expires.seconds)
        }
        Terminal.result(invitation)
        if case .proposed(let card) = decision { card.showNext() }
    }
}

/// A time span on a command line: a whole number and one of `m`, `h`, `d`, `w`.
struct TimeSpan: ExpressibleByArgument {
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86400, "w": 7 * 86400]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = UInt16(argument.dropLast()), count > 0
        else { return nil }
        seconds = Int64(count) * unit
    }

    var defaultValueDescription: String {
        seconds.isMultiple(of: 86400) ? "\(seconds / 86400)d" : "\(seconds / 3600)h"
    }
}
