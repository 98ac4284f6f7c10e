// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi outbox`: submissions that were cut off.
struct OutboxCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "outbox",
        abstract: "List, resume or discard unfinished submissions.",
        subcommands: [List.self, Resume.self, Discard.self],
        defaultSubcommand: List.self
    )
    static let exits = Exit.allCases

    /// `saksi outbox list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List unfinished submissions.")

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let jobs = try await device.withSession { $0.unfinished() }
            if json { return try Listing.show(json: jobs) }
            for job in jobs {
                guard let created = job.created, let caseID = job.caseID else {
                    Terminal.result(
                        "\(job.id)  damaged: `saksi outbox discard \(job.id)` removes it"
                    )
                    continue
                }
                Terminal.result(
                    "\(job.id)  \(created)  case \(caseID)  \(job.items) items, "
                        + "\(Amount.bytes(job.bytes)), \(job.stored) stored"
                )
            }
        }
    }

    /// `saksi outbox resume [ID]`.
    struct Resume: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Go on with one unfinished submission, or with all of them."
        )
        static let exits = Exit.allCases

        @Argument(help: "Which one; without it, all.")
        var id: String?

        @Option(
            help: ArgumentHelp(
                "The case owner's fingerprint, to be compared with whom it is sealed for.",
                valueName: "fingerprint"
            )
        )
        var owner: Fingerprint?

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            try await device.withSession { session in
                let jobs = session.unfinished()
                let ids = id.map { [$0] } ?? jobs.filter { !$0.isDamaged }.map(\.id)
                for id in ids {
                    let bar = ProgressBar("submitting")
                    defer { bar.finish() }
                    let done = try await session.resume(id, owner: owner) {
                        bar.update(done: $0, total: $1)
                    }
                    bar.finish()
                    try SubmitCommand.show(done, json: json)
                }
                if id == nil, let damaged = jobs.first(where: \.isDamaged) {
                    throw Failure(
                        "the submission \(damaged.id) is damaged and cannot go on",
                        hint:
                            "discard it with `saksi outbox discard \(damaged.id)` and submit again"
                    )
                }
            }
        }
    }

    /// `saksi outbox discard ID`.
    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give up an unfinished submission and wipe its keys."
        )

        @Argument(help: "Which one.")
        var id: String

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            try await device.withSession { try $0.discard(id) }
        }
    }
}
