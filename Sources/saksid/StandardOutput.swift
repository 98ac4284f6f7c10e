// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Results go to stdout; whoever writes there learns whether they arrived.
enum StandardOutput {
    /// Why not all of a text was written.
    struct Lost: Error, CustomStringConvertible {
        /// The system's words.
        let description: String
    }

    /// Writes a whole text.
    ///
    /// - Throws: ``Lost``
    static func write(_ text: String) throws(Lost) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw Lost(description: unsafe String(cString: strerror(errno)))
            }
            rest = rest.dropFirst(count)
        }
    }
}
