// SPDX-License-Identifier: Apache-2.0

/// The field of 256 elements: polynomials over GF(2) modulo x⁸ + x⁴ + x³ + x² + 1 (0x11d).
///
/// Neither a table nor a branch depends on an operand: what is multiplied is secret. The modulus is
/// the one of libgfshare, so that its tools restore the same values.
enum Field {
    /// The product of two elements; the sum is `^`.
    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var left = left
        var product: UInt8 = 0
        for bit: UInt8 in 0..<8 {
            product ^= left & (0 &- (right >> bit & 1))
            left = left << 1 ^ 0x1d & (0 &- (left >> 7))
        }
        return product
    }

    /// The inverse of an element, its 254th power; that of zero is zero.
    static func inverse(_ element: UInt8) -> UInt8 {
        var inverse: UInt8 = 1
        var square = element
        // 254 is 2 + 4 + 8 + … + 128.
        for _ in 1..<8 {
            square = product(square, square)
            inverse = product(inverse, square)
        }
        return inverse
    }

    /// The factors that give a polynomial's value at zero from its values at these points.
    ///
    /// The points are public: distinct and not zero.
    static func weights(at points: [UInt8]) -> [UInt8] {
        points.map { point in
            points.filter { $0 != point }.reduce(1) { weight, other in
                product(weight, product(other, inverse(other ^ point)))
            }
        }
    }
}
