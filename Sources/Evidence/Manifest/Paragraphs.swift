// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into paragraphs that joined are the text again, to the byte.
///
/// A cut is made before each line that is not blank and follows a blank one, so that blank lines stay
/// with the paragraph before them; a line is blank when it holds nothing but spaces, tabs and carriage
/// returns. A paragraph of more than 8 KiB is cut into several, between characters of Unicode.
public enum Paragraphs {
    /// The longest text in bytes.
    public static let maximumTextSize = 1 << 20
    /// The most paragraphs of a text.
    public static let maximumCount = 9999
    /// The longest paragraph in bytes; a control character takes six bytes in a leaf.
    public static let maximumSize = 8 << 10

    /// Cuts a text.
    ///
    /// - Parameter bytes: the text.
    /// - Returns: The paragraphs, none of them empty; `nil` for what is not UTF-8, is longer than
    ///   ``maximumTextSize`` or has more than ``maximumCount`` paragraphs.
    public static func cutting(_ bytes: [UInt8]) -> [String]? {
        guard bytes.count <= maximumTextSize, String(validating: bytes, as: UTF8.self) != nil else {
            return nil
        }
        var paragraphs: [ArraySlice<UInt8>] = []
        var start = 0
        var offset = 0
        var followsBlank = false
        while offset < bytes.count {
            let feed = bytes[offset...].firstIndex(of: UInt8(ascii: "\n"))
            let end = feed.map { $0 + 1 } ?? bytes.count
            let isBlank = bytes[offset..<end].allSatisfy(isSpace)
            if followsBlank, !isBlank {
                paragraphs += pieces(of: bytes[start..<offset])
                start = offset
            }
            followsBlank = isBlank
            offset = end
        }
        paragraphs += pieces(of: bytes[start...])
        guard paragraphs.count <= maximumCount else { return nil }
        return paragraphs.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func pieces(of paragraph: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = paragraph
        while rest.count > maximumSize {
            var end = rest.startIndex + maximumSize
            // A byte that continues a character.
            while rest[end] & 0xc0 == 0x80 { end -= 1 }
            pieces.append(rest[..<end])
            rest = rest[end...]
        }
        return rest.isEmpty ? pieces : pieces + [rest]
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }
}
