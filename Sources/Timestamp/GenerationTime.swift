// SPDX-License-Identifier: Apache-2.0

/// When a token was made: a `GeneralizedTime` in UTC, to the fraction that the authority gave.
public struct GenerationTime: Hashable, Sendable {
    /// Whole seconds since 1970.
    public let seconds: Int64
    /// The digits after the decimal point; empty where there are none.
    public let fraction: String
    /// RFC 3339, with the fraction.
    public let text: String

    /// `YYYYMMDDhhmmss[.s…]Z` (RFC 3161, section 2.4.2, `genTime`).
    init(_ content: some Collection<UInt8>) throws(TimestampSyntaxError) {
        var digits = Array(content)
        guard digits.popLast() == UInt8(ascii: "Z"), digits.count >= 14 else {
            throw .malformed(.genTime)
        }
        let tail = digits[14...]
        guard tail.isEmpty || tail.first == UInt8(ascii: ".") && tail.count > 1 else {
            throw .malformed(.genTime)
        }
        guard (digits[..<14] + tail.dropFirst()).allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .malformed(.genTime)
        }
        func number(_ range: Range<Int>) -> Int64 {
            digits[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        func word(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        let (hour, minute, second) = (number(8..<10), number(10..<12), number(12..<14))
        guard (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { throw .malformed(.genTime) }
        fraction = String(decoding: tail.dropFirst(), as: UTF8.self)
        let days = Self.days(before: year, month) + day - 1
        seconds = days * 86400 + hour * 3600 + minute * 60 + second
        text =
            "\(word(0..<4))-\(word(4..<6))-\(word(6..<8))T\(word(8..<10)):\(word(10..<12)):"
            + "\(word(12..<14))\(fraction.isEmpty ? "" : "." + fraction)Z"
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970 to the first of a month.
    private static func days(before year: Int64, _ month: Int64) -> Int64 {
        let past = year - 1
        // 719 162 days lie between the first of January of the years 1 and 1970.
        let years = past * 365 + past / 4 - past / 100 + past / 400 - 719_162
        return (1..<month).reduce(years) { $0 + days(in: $1, of: year) }
    }
}
