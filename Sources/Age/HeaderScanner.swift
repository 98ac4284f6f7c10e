// SPDX-License-Identifier: Apache-2.0

/// Finds where a header ends in a stream whose length nobody knows.
public struct HeaderScanner: Sendable {
    /// Where the next look begins: the start of the first line that was not complete.
    private var lineStart = 0

    /// A scanner at the start of a file.
    public init() {}

    /// Looks for the header's end.
    ///
    /// - Parameter bytes: everything from the start of the file, more of it each time.
    /// - Returns: the header's length in bytes, or `nil` while the bytes do not hold all of it.
    /// - Throws: ``HeaderError/unknownVersion`` as soon as the beginning shows that this is not an
    ///   age file, and ``HeaderError/tooLarge``.
    public mutating func headerSize(in bytes: [UInt8]) throws(HeaderError) -> Int? {
        let version = Array((Header.version + "\n").utf8)
        guard bytes.starts(with: version.prefix(bytes.count)) else { throw .unknownVersion }
        while let end = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            if bytes[lineStart..<end].starts(with: "---".utf8) { return end + 1 }
            lineStart = end + 1
        }
        guard bytes.count <= Header.sizeLimit else { throw .tooLarge }
        return nil
    }
}
