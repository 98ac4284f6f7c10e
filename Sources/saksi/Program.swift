// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

@main
enum Program {
    /// Parses and runs one command.
    ///
    /// Every error ends here: one that left `main` would end in SIGILL, not in an exit status.
    static func main() async {
        leaveNoTraces()
        do {
            var command = try await Saksi.asyncParseAsRoot()
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

    /// Sees to it that a crash leaves no memory behind.
    ///
    /// A crash report prints memory and a core image is memory: both may hold keys. A reader that
    /// closes a pipe is an error to report, not a signal to die of.
    private static func leaveNoTraces() {
        for number in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
            signal(number, SIG_DFL)
        }
        signal(SIGPIPE, SIG_IGN)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // A handler named by core_pattern ignores the limit; the filter says which memory it sees.
        try? Data("0".utf8).write(to: URL(filePath: "/proc/self/coredump_filter"))
    }
}
