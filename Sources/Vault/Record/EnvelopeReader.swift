// SPDX-License-Identifier: Apache-2.0

/// Reads lines, and bytes between them.
struct EnvelopeReader {
    private let bytes: [UInt8]
    private(set) var offset: Int

    init(_ bytes: [UInt8], from offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    var isAtEnd: Bool { offset == bytes.count }

    /// Reads the value of the next line, if it has this key.
    mutating func value(_ key: String) -> String? {
        let prefix = Array("\(key): ".utf8)
        let rest = bytes[offset...]
        guard rest.starts(with: prefix) else { return nil }
        // Longer than any line between such bytes: an envelope is not searched for its end.
        let line = rest.prefix(128)
        guard let end = line.firstIndex(of: 0x0a) else { return nil }
        offset = end + 1
        return String(validating: line[(line.startIndex + prefix.count)..<end], as: UTF8.self)
    }

    /// Reads the fields of the next line, if it has this key and so many.
    mutating func fields(_ key: String, count: Int) -> [Substring]? {
        let fields = value(key)?.split(separator: " ", omittingEmptySubsequences: false)
        return fields?.count == count ? fields : nil
    }

    /// Passes over bytes; `nil` where there are not so many.
    mutating func skip(_ count: Int) -> Range<Int>? {
        guard count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return offset..<(offset + count)
    }
}
