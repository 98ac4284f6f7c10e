// SPDX-License-Identifier: Apache-2.0

/// A second of UTC, written in one form of RFC 3339: `2026-11-21T05:50:42Z`.
///
/// From 1970 to 9999; leap seconds have no spelling.
public struct UTCTime: Hashable, Sendable {
    /// The last second that can be written, `9999-12-31T23:59:59Z`.
    public static let latest = UTCTime(seconds: 253_402_300_799)

    /// Seconds since 1970, without leap seconds.
    public let seconds: Int64

    /// Takes a count of seconds since 1970.
    ///
    /// - Parameter seconds: What lies before 1970 or after 9999 gives the nearest time that can be
    ///   written: a device's clock may say anything.
    public init(seconds: Int64) {
        self.seconds = min(max(seconds, 0), 253_402_300_799)
    }

    /// Reads the form that ``text`` has, and no other; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        self.init(ascii: Array(text.utf8)[...])
    }

    /// Reads that form where it lies.
    init?(ascii bytes: ArraySlice<UInt8>) {
        guard bytes.count == 20 else { return nil }
        let start = bytes.startIndex
        for (place, mark) in Self.marks where bytes[start + place] != mark { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for digit in bytes[start + range.lowerBound..<start + range.upperBound] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + Int64(digit - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            year >= 1970, (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60,
            day <= Self.days(in: month, of: year)
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        self.init(seconds: ((days * 24 + hour) * 60 + minute) * 60 + second)
    }

    /// The time in the form `YYYY-MM-DDThh:mm:ssZ`.
    public var text: String {
        let (year, month, day) = Self.date(seconds / 86_400)
        let second = seconds % 86_400
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        func append(_ value: Int64, digits: Int, then mark: UInt8) {
            var divisor: Int64 = digits == 4 ? 1000 : 10
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
            bytes.append(mark)
        }
        append(year, digits: 4, then: UInt8(ascii: "-"))
        append(month, digits: 2, then: UInt8(ascii: "-"))
        append(day, digits: 2, then: UInt8(ascii: "T"))
        append(second / 3600, digits: 2, then: UInt8(ascii: ":"))
        append(second / 60 % 60, digits: 2, then: UInt8(ascii: ":"))
        append(second % 60, digits: 2, then: UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let marks: [(Int, UInt8)] = [
        (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")), (10, UInt8(ascii: "T")),
        (13, UInt8(ascii: ":")), (16, UInt8(ascii: ":")), (19, UInt8(ascii: "Z")),
    ]

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2:
            year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // The Gregorian calendar in years that begin on the first of March, so that the leap day comes
    // last; 719 468 days lie between the first of March of the year 0 and 1970.

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = days + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension UTCTime: Comparable {
    /// Whether a time comes before another.
    public static func < (left: UTCTime, right: UTCTime) -> Bool { left.seconds < right.seconds }
}

extension UTCTime: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}

/// To what the accepted time of entries is rounded down, so that the log tells less about people.
public enum AcceptedRounding: String, CaseIterable, Sendable {
    /// To the minute, which the rules demand at least.
    case minute
    /// To the hour.
    case hour

    /// Rounds a time down.
    public func round(_ time: UTCTime) -> UTCTime {
        let unit: Int64 = self == .minute ? 60 : 3600
        return UTCTime(seconds: time.seconds - time.seconds % unit)
    }
}
