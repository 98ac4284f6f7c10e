// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi audit watch`.
struct AuditWatch: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Look at the vault again and again, and print a line for what is wrong.",
        discussion: """
            Wrong is: a log that was forked, rolled back or is kept back; an entry that was not allowed; a \
            witness that has not cosigned for long; a person to whom unusually much was released; a vault \
            that cannot be reached. Each is said once as long as it lasts. A look is at what was appended \
            since this device's last audit. It ends when a signal comes, or with --once after one look.
            """
    )
    static let exits = Exit.allCases

    @Option(help: ArgumentHelp("The time between two looks.", valueName: "seconds"))
    var interval: UInt32 = 60

    @Option(help: "Submissions that may be released to one person in a day.")
    var releases = 100

    @Option(help: ArgumentHelp("How old a witness's cosignature may be.", valueName: "hours"))
    var stale: UInt32 = 24

    @Flag(help: "Look once: status 1 where anything is wrong, 4 or 5 as below.")
    var once = false

    @Flag(help: "Print each alarm as a line of JSON.")
    var json = false

    @OptionGroup var witnesses: WitnessOptions
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let known = try witnesses.read()
        let limits = LogWatch.Limits(
            releasesPerDay: releases,
            cosignatureAge: Int64(stale) * 3600
        )
        let alarms = try await device.withSession { session in
            var watch = LogWatch(session, witnesses: known, limits: limits)
            while true {
                let alarms = try await watch.look()
                for alarm in alarms { try show(alarm) }
                if once { return alarms }
                try await Task.sleep(for: .seconds(max(1, interval)))
            }
        }
        let kinds = Set(alarms.map(\.kind))
        guard !kinds.isEmpty else { return }
        throw Failure(
            "\(Amount.count(alarms.count, "alarm"))",
            status: kinds.contains(.untrusted)
                ? .untrusted : kinds == [.unreachable] ? .network : .failed
        )
    }

    private func show(_ alarm: Alarm) throws {
        if json { return try Listing.show(json: alarm, onOneLine: true) }
        Terminal.result("\(alarm.kind.rawValue): \(alarm.message)")
    }
}
