// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Timestamp
import VaultClient

/// `saksi timestamp renew BUNDLE --tsa URL=ROOTS`: has the seal of a bundle stamped, first or anew.
struct TimestampRenewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Have the seal of a bundle time-stamped, for the first time or anew.",
        discussion: """
            Lists the SHA-256 and SHA-512 of SEAL.txt, of what lies beside it, and of all time-stamps that \
            are there in addenda/RENEWAL-n.txt, and has that list stamped. What is there is not touched. \
            Do it when an export found no authority, and before a certificate of the last stamps ends.
            """
    )

    @Argument(help: "The bundle's folder.", completion: .directory)
    var bundle: String

    @OptionGroup var stamping: StampingOptions

    func run() async throws {
        guard let authorities = try stamping.authorities() else {
            throw Failure("no authority was named: give --tsa URL=FILE", status: .usage)
        }
        let (round, answer) = try await authorities.renew(bundle)
        StampingOptions.warn(of: answer.failures)
        guard !answer.stamps.isEmpty else {
            throw Failure("no authority has stamped: nothing was written")
        }
        var lines: [(label: String, value: String?)] = [("round", "\(round)")]
        lines += answer.stamps.map { ("stamped", $0.token.info.time.text) }
        Listing.show(lines)
    }
}
