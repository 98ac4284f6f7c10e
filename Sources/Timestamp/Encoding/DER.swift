// SPDX-License-Identifier: Apache-2.0

/// Writes elements in DER (X.690, section 10).
enum DER {
    /// One element: tag, length in its shortest form, content.
    static func element(_ tag: UInt8, _ content: some Collection<UInt8>) -> [UInt8] {
        [tag] + length(content.count) + Array(content)
    }

    /// An element made of elements.
    static func element(_ tag: UInt8, of elements: [UInt8]...) -> [UInt8] {
        element(tag, elements.flatMap(\.self))
    }

    private static func length(_ count: Int) -> [UInt8] {
        if count < 0x80 { return [UInt8(count)] }
        var octets: [UInt8] = []
        var rest = count
        while rest > 0 {
            octets.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return [0x80 | UInt8(octets.count)] + octets
    }
}
