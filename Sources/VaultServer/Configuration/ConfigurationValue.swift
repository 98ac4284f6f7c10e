// SPDX-License-Identifier: Apache-2.0

/// A value that a configuration file or the environment can spell.
protocol ConfigurationValue: SendableMetatype {
    /// How the value is written, for error messages.
    static var form: String { get }
    init?(written text: String)
    var written: String { get }
}

/// A number of bytes, written as `65536`, `64KiB`, `48MiB` or `64GiB`.
public struct ByteCount: Hashable, Sendable, ConfigurationValue {
    static let form = "a number of bytes such as 65536, 48MiB or 64GiB"
    private static let units: [(String, Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    /// The number of bytes, never negative.
    public var bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    init?(written text: String) {
        let unit = Self.units.first { text.hasSuffix($0.0) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard digits.allSatisfy(\.isASCIIDigit), let number = Int(digits) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit?.1 ?? 1)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    var written: String {
        guard let unit = Self.units.first(where: { bytes > 0 && bytes.isMultiple(of: $0.1) }) else {
            return "\(bytes)"
        }
        return "\(bytes / unit.1)\(unit.0)"
    }
}

extension Duration: ConfigurationValue {
    static let form = "a time such as 50ms, 30s, 10m, 24h or 7d"
    private static let units: [(String, Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    init?(written text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        let digits = text.dropLast(unit.0.count)
        guard digits.allSatisfy(\.isASCIIDigit), let number = Int64(digits) else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.1)
        guard !overflow else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The time in whole milliseconds; what is smaller is dropped.
    var inMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    var written: String {
        let total = inMilliseconds
        let unit = Self.units.last { total.isMultiple(of: $0.1) && total >= $0.1 } ?? Self.units[0]
        return "\(total / unit.1)\(unit.0)"
    }
}

extension Int: ConfigurationValue {
    static let form = "a decimal number"

    init?(written text: String) {
        guard text.allSatisfy(\.isASCIIDigit) else { return nil }
        self.init(text)
    }

    var written: String { "\(self)" }
}

extension Bool: ConfigurationValue {
    static let form = "true or false"

    init?(written text: String) { self.init(text) }

    var written: String { "\(self)" }
}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
    static var form: String { "off or \(Wrapped.form)" }

    init?(written text: String) {
        if text == "off" {
            self = .none
        } else if let value = Wrapped(written: text) {
            self = value
        } else {
            return nil
        }
    }

    var written: String { self?.written ?? "off" }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
