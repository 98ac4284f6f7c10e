// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Testimony
import Vault
import VaultClient

/// `saksi submit CASE FILE…`: seals files and gives them to the vault.
struct SubmitCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Seal files to a case and submit them; success means the receipt was checked.",
        discussion: """
            Killed or cut off, run the same command again: it goes on where it stopped. What is \
            unfinished is listed by `saksi outbox`. Afterwards nothing on this device opens what \
            was submitted.

            What is said of the files is said of all but the testimony. An address, a time, a place \
            or an original can be said of one file only. A text testimony can be withheld a paragraph \
            at a time later, unless it is longer than 1 MiB.
            """
    )
    static let exits = Exit.allCases

    @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
    var caseName: String

    @Argument(help: ArgumentHelp("The files.", valueName: "file"), completion: .file())
    var files: [String] = []

    @Option(
        help: ArgumentHelp("The file with the testimony itself.", valueName: "file"),
        completion: .file()
    )
    var testimony: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Whom it may be given to: asylum, court, media, partner, prosecutor, public, un.",
            valueName: "class"
        )
    )
    var consent: [ConsentClass] = []

    @Option(
        help: ArgumentHelp(
            "The record of consent, in the place of --consent: see `saksi testimony new --consent`.",
            valueName: "file"
        ),
        completion: .file()
    )
    var consentRecord: String?

    @Option(
        help: ArgumentHelp("Write the receipt to this new file.", valueName: "file"),
        completion: .file()
    )
    var receipt: String?

    @Option(
        help: ArgumentHelp(
            "The case owner's fingerprint, where the invitation did not carry it.",
            valueName: "fingerprint"
        )
    )
    var owner: Fingerprint?

    @OptionGroup(title: "What is said of the files") var details: DetailOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard consent.isEmpty || consentRecord == nil else {
            throw ValidationError("--consent and --consent-record say the same: give one")
        }
    }

    func run() async throws {
        var arguments = try RawArguments()
        let record = try consentRecord.map { try ConsentRecord(file: $0) }
        let request = SubmissionRequest(
            caseName: caseName,
            owner: owner,
            testimony: try testimony.map { try arguments.path(for: $0) },
            files: try files.map { try arguments.path(for: $0) },
            details: details.details,
            derivation: details.derivation,
            consent: Set(record?.classes ?? consent),
            consentFacts: record?.facts ?? [:],
            receipt: try receipt.map { try arguments.path(for: $0) }
        )
        let bar = ProgressBar("submitting")
        defer { bar.finish() }
        let done = try await device.withSession { session in
            try await session.submit(request) { bar.update(done: $0, total: $1) }
        }
        bar.finish()
        try Self.show(done, json: json)
    }

    static func show(_ done: SubmissionResult, json: Bool) throws {
        if json { return try Listing.show(json: done) }
        Listing.show([
            ("submitted", Amount.count(done.items, "item")),
            ("case", done.caseID), ("record", done.record), ("statement", done.statement),
            ("log entry", "\(done.index), accepted \(done.accepted)"),
            ("receipt", done.receiptFile),
        ])
    }
}
