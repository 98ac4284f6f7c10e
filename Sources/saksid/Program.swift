// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import VaultServer

@main
enum Program {
    /// Parses and runs one command.
    ///
    /// Every error ends here: one that left `main` would end in SIGILL, not in an exit status.
    static func main() async {
        Hardening.silenceCrashReports()
        Hardening.makeFilesPrivate()
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try await Saksid.asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            exit(Exit.done.rawValue)
        } catch {
            exit(Exit.report(error).rawValue)
        }
    }
}
