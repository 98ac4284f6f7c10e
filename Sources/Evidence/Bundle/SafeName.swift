// SPDX-License-Identifier: Apache-2.0

/// File names that every system takes for what they are.
enum SafeName {
    /// The longest name that is made, in bytes.
    static let maximumLength = 64
    /// The longest path inside a bundle, in bytes.
    static let maximumPathLength = 160

    /// A name made after the one that was found; never a way out of the folder, never a device.
    ///
    /// The same bytes always give the same name, and different ones may too: each exhibit has a folder
    /// of its own. The name as it was found stands in the item's leaf and in `item.json`. The steps
    /// are in <doc:Bundle>, "Names".
    static func name(for name: ItemName) -> String {
        var plain: [UInt8] = []
        for byte in name.bytes {
            if isPlain(byte) {
                plain.append(byte)
            } else if plain.last != UInt8(ascii: "_") {
                plain.append(UInt8(ascii: "_"))
            }
        }
        let typeStart = typeStart(in: plain)
        let type = plain[typeStart...]
        // Dots, hyphens and underscores at the ends hide files, look like options or are lost.
        let stem = plain[..<typeStart].drop { !isAlphanumeric($0) }
            .prefix(maximumLength - type.count)
        let end = stem.lastIndex(where: isAlphanumeric).map { $0 + 1 } ?? stem.startIndex
        var text = String(decoding: stem[..<end], as: UTF8.self)
        if text.isEmpty { text = "file" }
        if isReserved(text) { text = "_" + text }
        return text + String(decoding: type, as: UTF8.self)
    }

    /// Where a type begins, `.pdf`: the last dot, where something stands before it and up to ten
    /// letters and digits after it.
    private static func typeStart(in plain: [UInt8]) -> Int {
        guard let dot = plain.lastIndex(of: UInt8(ascii: ".")), dot > 0,
            (1...10).contains(plain.count - dot - 1),
            plain[(dot + 1)...].allSatisfy(isAlphanumeric)
        else { return plain.count }
        return dot
    }

    /// Whether a path is one that a bundle may hold: plain names between slashes, none of which a
    /// system takes for something else.
    static func isPath(_ path: String) -> Bool {
        path.utf8.count <= maximumPathLength
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                isName($0)
            }
    }

    /// Whether a name is plain; the longest are those of identities, 68 bytes.
    static func isName(_ name: some StringProtocol) -> Bool {
        guard let first = name.utf8.first, let last = Array(name.utf8).last else { return false }
        return name.utf8.count <= maximumLength + 16 && name.utf8.allSatisfy(isPlain)
            && first != UInt8(ascii: ".") && first != UInt8(ascii: "-")
            && last != UInt8(ascii: ".") && !isReserved(name)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: isAlphanumeric(byte)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// The devices of Windows, whatever follows the first dot.
    private static func isReserved(_ name: some StringProtocol) -> Bool {
        let stem = name.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
        let upper = stem.uppercased()
        if ["CON", "PRN", "AUX", "NUL"].contains(upper) { return true }
        guard upper.utf8.count == 4, let digit = upper.utf8.last else { return false }
        return (upper.hasPrefix("COM") || upper.hasPrefix("LPT"))
            && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit)
    }
}
