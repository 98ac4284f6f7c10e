// SPDX-License-Identifier: Apache-2.0

import Secrets
import Testing

@testable import Shares

@Suite("The field")
struct FieldTests {
    @Test("every product is the one that long division by 0x11d gives")
    func products() {
        var differing: [[Int]] = []
        for left in 0..<256 {
            for right in 0..<256 {
                var long = 0
                for bit in 0..<8 where right >> bit & 1 == 1 { long ^= left << bit }
                for bit in stride(from: 14, through: 8, by: -1) where long >> bit & 1 == 1 {
                    long ^= 0x11d << (bit - 8)
                }
                if Field.product(UInt8(left), UInt8(right)) != UInt8(long) {
                    differing.append([left, right])
                }
            }
        }
        #expect(differing == [])
    }

    @Test("every element but zero has an inverse")
    func inverses() {
        for element in UInt8(1)...255 {
            #expect(Field.product(element, Field.inverse(element)) == 1)
        }
        #expect(Field.inverse(0) == 0)
    }
}

/// Shown by going through all coefficients of a byte; each byte has coefficients of its own.
@Suite("What too few shares say")
struct SecrecyTests {
    private static let bytes = Array(UInt8.min ... .max)

    @Test("one of two: each value comes from every secret, by exactly one coefficient")
    func oneOfTwo() {
        for number in [1, 2, 16] {
            for secret in Self.bytes {
                let values = values(at: number, [Self.bytes], of: secret)
                #expect(Set(values).count == 256)
            }
        }
    }

    @Test(
        "two of three: each pair of values comes from every secret, by exactly one pair of coefficients",
        arguments: [0, 1, 0x5a, 0xff] as [UInt8]
    )
    func twoOfThree(secret: UInt8) {
        let first = Self.bytes.flatMap { [UInt8](repeating: $0, count: 256) }
        let second = Self.bytes.flatMap { _ in Self.bytes }
        let pairs = zip(
            values(at: 2, [first, second], of: secret),
            values(at: 5, [first, second], of: secret)
        )
        #expect(Set(pairs.map { UInt16($0) << 8 | UInt16($1) }).count == 65_536)
    }

    /// What one share holds for each choice of coefficients, all of one secret byte.
    private func values(at number: Int, _ coefficients: [[UInt8]], of secret: UInt8) -> [UInt8] {
        let secrets = [UInt8](repeating: secret, count: coefficients[0].count)
        return Share.value(
            at: number,
            SecretBytes(copying: coefficients.flatMap { $0 }),
            SecretBytes(copying: secrets)
        ).array
    }
}
