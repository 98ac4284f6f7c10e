// SPDX-License-Identifier: Apache-2.0

import Logging
import VaultServer

/// Log lines of this program: to stderr, from the configured level on.
enum LogLines {
    static func logger(_ level: LogLevel) -> Logger {
        var logger = Logger(label: "saksid") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .notice
        return logger
    }
}
