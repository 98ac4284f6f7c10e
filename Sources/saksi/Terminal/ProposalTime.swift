// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// How long a statement that several administrators sign waits for them.
struct ProposalTime: ParsableArguments {
    @Option(
        help: ArgumentHelp("How long others may sign it: 12h, 7d, at most 30d.", valueName: "time")
    )
    var expires = TimeSpan(seconds: 7 * 86400)

    /// The same, in seconds.
    var seconds: Int64 { expires.seconds }
}
