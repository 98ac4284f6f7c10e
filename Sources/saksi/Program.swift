// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import Foundation
import Synchronization

@main
enum Program {
    /// Parses and runs one command.
    ///
    /// Every error ends here: one that left `main` would end in SIGILL, not in an exit status.
    static func main() async {
        leaveNoTraces()
        keepMemory()
        do {
            try await Interruption.endsEarly {
                var command = try await Saksi.asyncParseAsRoot()
                if var command = command as? any AsyncParsableCommand {
                    Interruption.isCancellable.store(true, ordering: .relaxed)
                    try await command.run()
                } else {
                    try command.run()
                }
            }
            exit(Exit.done.rawValue)
        } catch {
            exit(Exit.report(error).rawValue)
        }
    }

    /// Lets the segments of one file be the room for those of the next.
    ///
    /// Given back and asked for anew for every 4 MiB, pages cost a tenth of an export.
    private static func keepMemory() {
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
        mallopt(M_TRIM_THRESHOLD, 64 << 20)
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
        // A handler named by core_pattern ignores the limit; and who may not dump may not trace.
        guard linux_forbid_dumps() == 0 else {
            Terminal.error("saksi: error: core images of this program cannot be forbidden")
            exit(Exit.failed.rawValue)
        }
    }
}
