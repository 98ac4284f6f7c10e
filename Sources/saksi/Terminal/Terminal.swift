// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import QRText

// What goes where. stdout carries results and nothing else; stderr carries errors, hints, questions
// and progress. Every line passes `Terminal.plain`.

/// The terminal this program talks to.
enum Terminal {
    /// Whether stderr is a terminal: only then is progress drawn.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// What is drawn of a QR code on stdout: terminals are mostly dark, paper is not.
    static var ink: QRText.Ink { isatty(STDOUT_FILENO) == 1 ? .light : .dark }

    /// Whether what is written to stderr stays somewhere: it does not in `/dev/null`.
    static var showsErrors: Bool {
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return isInteractive || status.st_mode & S_IFMT != S_IFCHR
    }

    /// Writes one line of an error or a note.
    ///
    /// - Returns: whether all of it was written.
    @discardableResult
    static func error(_ line: String) -> Bool {
        write(plain(line) + "\n", to: STDERR_FILENO)
    }

    /// Writes one line of a result.
    static func result(_ line: String) {
        write(plain(line) + "\n", to: STDOUT_FILENO)
    }

    /// The text with everything that a terminal would obey instead of showing written as `\u{…}`.
    static func plain(_ text: String) -> String { VisibleText.spelled(text) }

    /// Writes one JSON document; what a terminal would obey is escaped as JSON does it.
    static func resultJSON(_ text: String) {
        write(VisibleText.json(text) + "\n", to: STDOUT_FILENO)
    }

    @discardableResult
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes {
                unsafe Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                // Half an invitation, or half a report, must not pass for a whole one.
                guard descriptor == STDOUT_FILENO else { return false }
                let reason = unsafe String(cString: strerror(errno))
                error("saksi: error: not all of the result was written: \(reason)")
                exit(Exit.failed.rawValue)
            }
        }
        return true
    }
}
