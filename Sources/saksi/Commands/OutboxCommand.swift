// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
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
            let jobs = try await device.withSession { try $0.unfinished() }
            if json { return try Listing.show(json: jobs) }
            for job in jobs {
                Terminal.result(
                    "\(job.id)  \(job.created)  case \(job.caseID)  \(job.items) items, "
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

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            try await device.withSession { session in
                let ids = try id.map { [$0] } ?? session.unfinished().map(\.id)
                for id in ids {
                    let bar = ProgressBar("submitting")
                    defer { bar.finish() }
                    let done = try await session.resume(id) { bar.update(done: $0, total: $1) }
                    bar.finish()
                    try SubmitCommand.show(done, json: json)
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
            try await device.withSession { try await $0.discard(id) }
        }
    }
}
