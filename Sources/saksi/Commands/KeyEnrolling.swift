// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// What both commands take that enrol somebody's further keys.
struct KeyEnrolling: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The file that `saksi key request` made on the new device.",
            valueName: "request"
        ),
        completion: .file()
    )
    var file: String

    @Option(
        help: """
            The new fingerprint, as the member says it: 64 digits, in groups, or in words. A request \
            with another is refused.
            """
    )
    var fingerprint: Fingerprint

    @OptionGroup var proposal: ProposalTime

    /// The request that was named.
    var request: KeyRequest {
        get throws {
            try KeyRequest(parsing: TextArgument.read(file, prefixes: [], what: "request") + "\n")
        }
    }
}

extension KeyCommand {
    /// `saksi key replace MEMBER REQUEST`.
    struct Replace: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Give a member new keys in the place of lost ones; administrators do.",
            discussion: """
                The member's other keys end, as lost. The line that is printed is for the new device: \
                `saksi join` there, once enough administrators have signed. Nothing is sealed to the new \
                key by this: owners of cases compare it with the member and let it in with `saksi case \
                grant`. A case that the member owned, and whose key nobody else has, is opened again by \
                its custodians. Whoever submits to the member's cases runs `saksi case trust`.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: "The member's fingerprint: 64 digits, in groups, or in words.")
        var member: Fingerprint

        @OptionGroup var enrolling: KeyEnrolling

        @Option(help: "End this key only, by its fingerprint; may be repeated. Else every key.")
        var end: [Fingerprint] = []

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let request = try enrolling.request
            let grant = try await device.withSession {
                try await $0.replaceKeys(
                    of: member,
                    by: request,
                    compared: enrolling.fingerprint,
                    ending: end,
                    for: enrolling.proposal.seconds
                )
            }
            grant.show()
            Terminal.error(
                "the new key opens no case yet: the owner of each compares it with the member and runs "
                    + "`saksi case grant CASE \(request.fingerprint.hex)`"
            )
        }
    }

    /// `saksi key add-device REQUEST`.
    struct AddDevice: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            commandName: "add-device",
            abstract: "Add a further device of your own, which administrators countersign.",
            discussion: """
                The line that is printed is for the new device: `saksi join` there. Run it again once \
                the administrators have signed: your own cases are then sealed to the new key, too.
                """
        )
        static let exits = Exit.allCases

        @OptionGroup var enrolling: KeyEnrolling

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let request = try enrolling.request
            let grant = try await device.withSession {
                try await $0.addDevice(
                    by: request,
                    compared: enrolling.fingerprint,
                    for: enrolling.proposal.seconds
                )
            }
            grant.show()
            if case .proposed = grant.decision {
                Terminal.error("after that, run this command here again")
            }
            for id in grant.opened { Terminal.result("sealed to the new key: case \(id)") }
            for id in grant.closed {
                Terminal.result("not yet: case \(id)")
                Terminal.error(
                    "its owner runs `saksi case grant \(id) \(grant.person.hex)`, or changes its key"
                )
            }
        }
    }
}

extension KeyGrant {
    /// Prints what came of it, and what the new device joins by.
    fileprivate func show() {
        decision.show()
        Terminal.result("welcome:  \(welcome)")
    }
}
