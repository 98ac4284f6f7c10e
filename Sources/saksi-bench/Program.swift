// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The rates that `Scripts/bench` compares: each subcommand does one thing and prints one number.
///
/// Not a program for users: it is built for the bench only.
@main
struct Program: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "saksi-bench",
        abstract: "Measure one rate and print it.",
        subcommands: [
            Intake.self, BareIntake.self, BareVerification.self, Statements.self, Fill.self,
            BareRewrap.self,
        ]
    )
}

/// Runs a piece of work and gives the seconds it took.
func seconds(_ work: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let took = try await clock.measure { try await work() }
    return took / .seconds(1)
}
