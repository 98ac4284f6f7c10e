// SPDX-License-Identifier: Apache-2.0

/// The spellings that all formats of this module share, each with exactly one form per value.
enum CanonicalText {
    /// Reads an ASCII decimal without sign or leading zero, as sizes, indices and times are written.
    static func decimal(_ text: some StringProtocol) -> UInt64? {
        let digits = text.utf8
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else {
            return nil
        }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeByOne) = product.addingReportingOverflow(
                UInt64(digit - UInt8(ascii: "0"))
            )
            guard !tooLarge, !tooLargeByOne else { return nil }
            value = sum
        }
        return value
    }

    /// The lines of a text, split at each line feed; what follows the last one is a line, too.
    ///
    /// Bytes are compared, and not characters: one character may be several bytes.
    static func lines(_ text: some StringProtocol) -> [Substring] {
        Substring(text).utf8
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { Substring($0) }
    }

    /// Whether two texts are the same bytes.
    ///
    /// `==` on strings also equates other Unicode spellings ("K" and the Kelvin sign), which no
    /// rule about names or origins allows.
    static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    /// Whether there is an ASCII control character other than a line feed.
    static func hasControlCharacter(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.contains { $0 < 0x20 && $0 != UInt8(ascii: "\n") }
    }

    /// Whether a text may name a key: not empty, no Unicode space, no plus, no control character
    /// (c2sp.org/signed-note, "Format").
    static func isKeyName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                // Properties are looked up in tables, which costs more than the rest of a note.
                $0.isASCII ? $0 > " " && $0 != "+" : !$0.properties.isWhitespace
            }
    }
}
