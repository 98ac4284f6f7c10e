// SPDX-License-Identifier: Apache-2.0

/// An object identifier (X.660), such as the policy of a time-stamp.
public struct OID: Hashable, Sendable {
    /// The content octets of its encoding.
    let octets: [UInt8]

    /// Reads the form with dots, `1.3.6.1.4.1.32473.1`.
    ///
    /// - Returns: `nil` where a number is missing, has a leading zero or more than 128 bits, or where the
    ///   first two numbers are none that X.660 has.
    public init?(_ text: some StringProtocol) {
        var numbers: [UInt128] = []
        for word in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let number = UInt128(word), String(number) == word else { return nil }
            numbers.append(number)
        }
        guard numbers.count >= 2, numbers[0] <= 2, numbers[0] == 2 || numbers[1] < 40,
            numbers[1] < UInt128.max - 80
        else { return nil }
        let first = numbers[0] * 40 + numbers[1]
        octets = ([first] + numbers.dropFirst(2)).flatMap(Self.octets)
    }

    init(_ element: Element, of part: TimestampPart) throws(TimestampSyntaxError) {
        let octets = Array(element.content)
        guard element.tag == Tag.objectIdentifier, let last = octets.last, last & 0x80 == 0,
            Self.numbers(octets) != nil
        else { throw .malformed(part) }
        self.octets = octets
    }

    /// An identifier that this module knows.
    init(known octets: [UInt8]) {
        self.octets = octets
    }

    var encoding: [UInt8] { DER.element(Tag.objectIdentifier, octets) }

    private static func octets(_ number: UInt128) -> [UInt8] {
        var octets = [UInt8(number & 0x7f)]
        var rest = number >> 7
        while rest > 0 {
            octets.insert(0x80 | UInt8(rest & 0x7f), at: 0)
            rest >>= 7
        }
        return octets
    }

    /// - Returns: `nil` where a number begins with an idle octet or has more than 128 bits.
    private static func numbers(_ octets: [UInt8]) -> [UInt128]? {
        var numbers: [UInt128] = []
        var number: UInt128 = 0
        var isBegun = false
        for octet in octets {
            guard isBegun || octet != 0x80, number >> 121 == 0 else { return nil }
            number = number << 7 | UInt128(octet & 0x7f)
            isBegun = octet & 0x80 != 0
            if !isBegun {
                numbers.append(number)
                number = 0
            }
        }
        return numbers
    }
}

extension OID: CustomStringConvertible {
    /// The form with dots.
    public var description: String {
        let numbers = Self.numbers(octets) ?? []
        guard let joint = numbers.first else { return "" }
        let first = min(joint / 40, 2)
        return ([first, joint - first * 40] + numbers.dropFirst()).map { String($0) }
            .joined(separator: ".")
    }
}
