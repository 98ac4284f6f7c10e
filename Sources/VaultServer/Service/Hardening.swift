// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What keeps keys out of crash reports and core images.
public enum Hardening {
    /// Gives the signals of a crash back to the system.
    ///
    /// Swift's crash reports print memory near the registers to stderr; with the handlers gone a
    /// crash prints nothing, as with `SWIFT_BACKTRACE=enable=no`.
    public static func silenceCrashReports() {
        for number in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
            signal(number, SIG_DFL)
        }
    }

    /// Keeps what the process makes from all other users.
    public static func makeFilesPrivate() {
        umask(0o077)
    }

    /// Forbids core images, and empties those that a piped core handler would still be given.
    ///
    /// - Throws: ``StartError/file(path:reason:)`` where the limit cannot be set.
    public static func forbidCoreDumps() throws {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 else {
            throw StartError.file(path: "core", reason: "the size limit cannot be set")
        }
        // A handler named by core_pattern ignores the limit; the filter says which memory it sees.
        let filter = unsafe open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC)
        guard filter >= 0 else { return }
        defer { close(filter) }
        _ = unsafe write(filter, "0", 1)
    }
}
