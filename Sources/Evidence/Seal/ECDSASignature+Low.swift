// SPDX-License-Identifier: Apache-2.0

import Crypto

extension P256.Signing.ECDSASignature {
    /// The order n of the curve (NIST SP 800-186, section 3.2.1.3), big endian.
    private static let order: [UInt8] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ]

    /// The signature with the smaller one of s and n − s.
    ///
    /// Wherever (r, s) is valid, (r, n − s) is too, and anybody can make one of the other. The one whose s is
    /// at most n / 2 is taken for the only spelling, so that nobody can change a signature that no list names.
    func low() throws -> Self {
        let raw = Array(rawRepresentation)
        let size = Self.order.count
        var negated = Self.order
        var borrowed = 0
        for place in negated.indices.reversed() {
            let digit = Int(Self.order[place]) - Int(raw[size + place]) - borrowed
            negated[place] = UInt8(truncatingIfNeeded: digit)
            borrowed = digit < 0 ? 1 : 0
        }
        guard negated.lexicographicallyPrecedes(raw[size...]) else { return self }
        return try Self(rawRepresentation: Array(raw[..<size]) + negated)
    }
}
