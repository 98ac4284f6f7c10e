// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What keeps keys out of crash reports and core images.
public enum Hardening {
    /// Runs the program again where Swift's crash reports are on: they print memory near the registers.
    ///
    /// The runtime reads the variable before `main`, so it has to be set for a new image. Where the
    /// program cannot be run again (no `/proc`), it goes on as it is.
    public static func silenceCrashReports() {
        let name = "SWIFT_BACKTRACE"
        guard ProcessInfo.processInfo.environment[name] == nil else { return }
        _ = unsafe setenv(name, "enable=no", 1)
        var arguments = unsafe CommandLine.arguments.map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        _ = unsafe execv("/proc/self/exe", arguments)
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
