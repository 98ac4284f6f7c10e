// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi log compare HEAD`: whether the vault shows two people the same log.
struct CompareCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare another person's log head with the one this device saw.",
        discussion: """
            The log must have signed the head. Heads of the same size are compared without the vault; \
            otherwise it must show that its log continues both. Heads that contradict each other are \
            shown, and kept on this device: `saksi log head` shows them again.
            """
    )
    static let exits = Exit.allCases

    @Argument(
        help: "What `saksi log head` printed there: a file, - for stdin, or the line itself."
    )
    var head: String?

    @Option(
        help: ArgumentHelp(
            "Compare with the head that a witness cosigned last; it is asked at this address.",
            valueName: "url"
        )
    )
    var witness: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard (head == nil) != (witness == nil) else {
            throw ValidationError("give a head, or --witness")
        }
    }

    func run() async throws {
        let comparison = try await compare()
        if json {
            try Listing.show(json: Result(comparison))
        } else {
            let (own, other) = (HeadCard(comparison.own), HeadCard(comparison.other))
            Listing.show([
                ("this device", "\(own.entries) entries, root \(own.root)"),
                ("its head", own.head),
                ("other device", "\(other.entries) entries, root \(other.root)"),
                ("its head", other.head), ("finding", comparison.finding.text),
            ])
        }
        if case .contradiction(let error) = comparison.finding { throw error }
    }

    private func compare() async throws -> HeadComparison {
        if let witness {
            let proxy = try device.proxyAddress
            return try await device.withSession {
                try await $0.compare(withWitnessAt: witness, proxy: proxy)
            }
        }
        let text = try TextArgument.read(head ?? "-", prefixes: ["saksi-head-v1:"], what: "head")
        let other = try SignedHead(parsing: text)
        return try await device.withSession { try await $0.compare(other) }
    }

    private struct Result: Encodable {
        let finding: String
        let text: String
        let own: HeadCard
        let other: HeadCard

        init(_ comparison: HeadComparison) {
            finding = comparison.finding.name
            text = comparison.finding.text
            own = HeadCard(comparison.own)
            other = HeadCard(comparison.other)
        }
    }
}

extension HeadComparison.Finding {
    fileprivate var name: String {
        switch self {
        case .same: "same"
        case .oneLog: "one-log"
        case .contradiction: "contradiction"
        }
    }

    fileprivate var text: String {
        switch self {
        case .same: "both devices saw the same log"
        case .oneLog(let entries):
            "the vault's log, of \(entries) entries now, continues both heads"
        case .contradiction(let error): error.message
        }
    }
}
