// SPDX-License-Identifier: Apache-2.0

/// Text that shows what it holds, and does nothing else where it is shown.
public enum VisibleText {
    /// Whether a screen, or what lays out a page, would obey a scalar instead of showing it.
    ///
    /// That is the control characters (C0, DEL, C1), the line and paragraph separators, and the
    /// marks that reorder text. Letters and marks of every script are not among them.
    public static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x061c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069,
            0xfeff:
            true
        default: false
        }
    }

    /// The text with everything that would be obeyed written as `\u{…}`.
    public static func spelled(_ text: String) -> String {
        respelled(text) { "\\u{\(String($0.value, radix: 16))}" }
    }

    /// The text with a scalar written otherwise wherever it stands.
    ///
    /// Also where a mark follows that makes one character with it, which a comparison of characters passes over.
    package static func replacing(
        _ scalar: Unicode.Scalar,
        by spelling: String,
        in text: String
    ) -> String {
        var shown = String.UnicodeScalarView()
        for other in text.unicodeScalars {
            if other == scalar {
                shown.append(contentsOf: spelling.unicodeScalars)
            } else {
                shown.append(other)
            }
        }
        return String(shown)
    }

    /// A JSON document with all of that escaped as JSON does it.
    ///
    /// Line feeds stay: in JSON they stand between values only.
    public static func json(_ text: String) -> String {
        respelled(text, keepingLines: true) { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    private static func respelled(
        _ text: String,
        keepingLines: Bool = false,
        _ spelling: (Unicode.Scalar) -> String
    ) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if keepingLines && scalar == "\n" || !isObeyed(scalar) {
                shown.append(scalar)
            } else {
                shown.append(contentsOf: spelling(scalar).unicodeScalars)
            }
        }
        return String(shown)
    }
}
