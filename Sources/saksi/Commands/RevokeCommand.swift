// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi revoke MEMBER`: ends a person's keys.
struct RevokeCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a member's keys, all or some; administrators do.",
        discussion: """
            Where the vault asks for more than one administrator, this signs and proposes it, and \
            the others sign with `saksi admin approve`. From the entry on nothing is accepted from \
            these keys and nothing released to them. What the member has read, downloaded or \
            exported before stays known: no revocation recalls it.
            """
    )
    static let exits = Exit.allCases

    @Argument(help: "The member's fingerprint: 64 digits, in groups, or in words.")
    var member: Fingerprint

    @Option(help: "One key only, by its fingerprint; may be repeated. Else every key.")
    var key: [Fingerprint] = []

    @Option(help: "Why: abuse, compromised, left or lost.")
    var reason: RevokeReason

    @OptionGroup var proposal: ProposalTime
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let decision = try await device.withSession {
            try await $0.revoke(member, keys: key, reason: reason, for: proposal.seconds)
        }
        decision.show()
        Terminal.error(
            "what was read, downloaded or exported with these keys stays known: no revocation "
                + "recalls it"
        )
    }
}
