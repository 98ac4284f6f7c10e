// SPDX-License-Identifier: Apache-2.0

/// The forms of texts that people write into facts.
public enum FactText {
    /// The longest line in bytes.
    public static let maximumSize = 1024
    /// The longest path in bytes: a leaf's name is the name of a file in a bundle.
    public static let maximumPathSize = 48

    /// Whether a text has 1 to ``maximumSize`` bytes and no control characters or line ends.
    public static func isLine(_ text: String) -> Bool {
        (1...maximumSize).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                switch $0.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator: false
                default: true
                }
            }
    }

    /// Whether a text has the form of a language tag (RFC 5646): `en`, `km`, `zh-Hant`.
    public static func isLanguage(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let first = parts.first, (2...8).contains(first.count), parts.count <= 5 else {
            return false
        }
        return first.allSatisfy(isLetter)
            && parts.dropFirst().allSatisfy {
                (1...8).contains($0.count) && $0.allSatisfy { isLetter($0) || isDigit($0) }
            }
    }

    /// Whether a text is a path: parts of `a`–`z`, `0`–`9`, `-` and `_`, with `/` between them.
    public static func isPath(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return text.utf8.count <= maximumPathSize
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy {
                        isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    }
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
