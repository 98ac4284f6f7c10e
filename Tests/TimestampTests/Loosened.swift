// SPDX-License-Identifier: Apache-2.0

/// Makes BER of DER: indefinite lengths for what is made of elements, and octet strings in pieces.
///
/// Signed attributes and certificates keep their bytes, of which signatures and hashes are made.
enum Loosened {
    static func encoding(of element: [UInt8]) -> [UInt8] {
        var rest = element[...]
        return next(&rest, depth: 0)
    }

    private static func next(_ rest: inout ArraySlice<UInt8>, depth: Int) -> [UInt8] {
        let start = rest
        let tag = rest.removeFirst()
        var count = Int(rest.removeFirst())
        if count > 0x80 {
            let octets = count & 0x7f
            count = rest.prefix(octets).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(octets)
        }
        var content = rest.prefix(count)
        rest = rest.dropFirst(count)
        let whole = Array(start[..<rest.startIndex])
        // ContentInfo 0, [0] 1, SignedData 2; in it EncapsulatedContentInfo and its [0].
        if depth <= 4, [0x30, 0xa0].contains(tag), !(depth == 3 && tag == 0xa0) {
            var inner: [UInt8] = []
            while !content.isEmpty { inner += next(&content, depth: depth + 1) }
            return [tag, 0x80] + inner + [0, 0]
        }
        if depth == 5, tag == 0x04, content.count > 2 {
            let half = content.count / 2
            let pieces = [content.prefix(half), content.dropFirst(half)].flatMap { piece in
                [0x04, 0x81, UInt8(piece.count)] + piece
            }
            return [0x24, 0x80] + pieces + [0, 0]
        }
        return whole
    }
}
