// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi case …`: the cases one owns or works on.
struct CaseCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "case",
        abstract: "Open cases, let people in, and list them.",
        subcommands: [
            Open.self, Grant.self, Remove.self, Rotate.self, Escrow.self, Recover.self, Trust.self,
            List.self,
        ]
    )
    static let exits = Exit.allCases

    /// `saksi case open NAME`.
    struct Open: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Open a case; its name stays on devices and inside sealed data."
        )
        static let exits = Exit.allCases

        @Argument(help: "The name, as its readers will see it.")
        var name: String

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let id = try await device.withSession { try await $0.openCase(named: name) }
            Terminal.result(id.hex)
        }
    }

    /// `saksi case grant CASE MEMBER`.
    struct Grant: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Let a member read a case, or only submit to it.",
            discussion: """
                Compare the fingerprint with the member first, by voice or in person: the vault \
                cannot put another person's key under it.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
        var caseName: String

        @Argument(help: "The member's fingerprint: 64 digits, in groups, or in words.")
        var member: Fingerprint

        @Flag(help: "Let the member submit, not read.")
        var submit = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            try await device.withSession {
                try await $0.grant(member, submit ? .submit : .read, in: caseName)
            }
        }
    }

    /// `saksi case remove CASE MEMBER`.
    struct Remove: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Take a member's rights to a case, and give the case its next key.",
            discussion: """
                What is submitted from then on does not open with a key that the member had, and the \
                vault gives the member nothing any more. What the member has read or copied stays \
                with them.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
        var caseName: String

        @Argument(help: "The member's fingerprint: 64 digits, in groups, or in words.")
        var member: Fingerprint

        @Flag(help: "Take only the right to submit; the key stays.")
        var submit = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            guard !submit else {
                return try await device.withSession {
                    try await $0.remove(submitter: member, from: caseName)
                }
            }
            let result = try await device.withSession { session in
                try await showingRotation {
                    try await session.remove(member, from: caseName, progress: $0, notice: $1)
                }
            }
            result.show()
        }
    }

    /// `saksi case rotate CASE`.
    struct Rotate: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Give a case its next key, for the same readers.",
            discussion: """
                Every envelope of the case is sealed anew on this device; the evidence itself is not \
                moved. Nothing changes until the end: ended before, the case is what it was, and the \
                same command goes on where it stopped. The next key is not sealed to a key that \
                administrators gave a reader before you compared it: each is named, and `saksi case \
                grant` lets it in. Where somebody may know the keys of the evidence itself, \
                --reencrypt seals that anew, too, and has the old copy erased.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
        var caseName: String

        @Option(help: "Why: planned, compromise or recovery.")
        var reason: RotationReason = .planned

        @Flag(help: "Give up a change of the key that was cut off, and wipe what it had prepared.")
        var discard = false

        @Option(
            help: ArgumentHelp(
                "Seal a submission anew under new file keys, by its number; may be given again; or all.",
                valueName: "n"
            )
        )
        var reencrypt: [String] = []

        @Option(
            help: ArgumentHelp(
                "How long others may sign the erasure of the old copy: 12h, 7d, at most 30d.",
                valueName: "time"
            )
        )
        var expires: TimeSpan = TimeSpan(seconds: 7 * 86400)

        @OptionGroup var device: DeviceOptions

        func validate() throws {
            guard reencrypt.isEmpty || reencrypt == ["all"] || numbers.count == reencrypt.count
            else {
                throw ValidationError(
                    "got --reencrypt \(reencrypt.joined(separator: " ")), want numbers as `saksi list` "
                        + "gives them, each once, or all"
                )
            }
        }

        /// The submissions that are named.
        var numbers: Set<Int> { Set(reencrypt.compactMap { Int($0) }) }

        func run() async throws {
            guard !discard else {
                return try await device.withSession {
                    try await $0.discardRotation(of: caseName)
                }
            }
            guard reencrypt.isEmpty else { return try await reencrypting() }
            let result = try await device.withSession { session in
                try await showingRotation {
                    try await session.rotate(caseName, reason: reason, progress: $0, notice: $1)
                }
            }
            result.show()
        }
    }

    /// `saksi case list`.
    struct List: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "List the cases this device may read or submit to."
        )
        static let exits = Exit.allCases

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let cases = try await device.withSession { try await $0.cases() }
            if json { return try Listing.show(json: cases) }
            for summary in cases {
                let name = summary.name.map { "  \($0)" } ?? ""
                Terminal.result("\(summary.id)  \(summary.right)\(name)")
            }
        }
    }
}

/// Shows how many envelopes were sealed anew, and how to go on where that was interrupted.
func showingRotation<Result>(
    _ body: (
        @escaping @Sendable (UInt64, UInt64) -> Void,
        @escaping @Sendable (String) -> Void
    ) async throws -> Result
) async throws -> Result {
    let bar = ProgressBar("sealing anew") { "\($0)" }
    defer { bar.finish() }
    do {
        return try await body(
            { bar.update(done: $0, total: $1) },
            { Terminal.error("saksi: note: \($0)") }
        )
    } catch {
        if error is CancellationError || Task.isCancelled {
            bar.finish()
            Terminal.error(
                "saksi: note: the case is what it was; the same command goes on where this one stopped"
            )
        }
        throw error
    }
}

extension RotationResult {
    /// Prints what was done.
    func show() {
        Terminal.result("epoch: \(epoch)")
        Terminal.result("objects: \(objects)")
        Terminal.result("entry: \(index)")
        for object in lost { Terminal.result("does not open, left as it is: \(object)") }
    }
}
