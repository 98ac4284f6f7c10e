// SPDX-License-Identifier: Apache-2.0

import CLinux
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

    /// Forbids core images, those for a piped core handler as well, and tracing by the same user.
    ///
    /// The superuser may still take an image of the running process.
    ///
    /// - Throws: ``StartError/file(path:reason:)`` where the system does not let it.
    public static func forbidCoreDumps() throws {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 else {
            throw StartError.file(path: "core", reason: "the size limit cannot be set")
        }
        // A handler that core_pattern pipes to ignores the limit.
        guard linux_forbid_dumps() == 0 else {
            throw StartError.file(path: "core", reason: "core images cannot be forbidden")
        }
    }
}
