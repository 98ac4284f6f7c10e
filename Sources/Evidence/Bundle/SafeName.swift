// SPDX-License-Identifier: Apache-2.0

/// File names that every system takes for what they are.
enum SafeName {
    /// The longest name.
    static let maximumLength = 64
    /// The longest path inside a bundle.
    static let maximumPathLength = 160

    /// A name made after the one that was found; never a way out of the folder, never a device.
    ///
    /// The name as it was found stands in the item's leaf and in `item.json` only.
    static func name(for name: ItemName) -> String {
        var safe: [UInt8] = []
        for byte in name.bytes {
            if isPlain(byte) {
                safe.append(byte)
            } else if safe.last != UInt8(ascii: "_") {
                safe.append(UInt8(ascii: "_"))
            }
        }
        let text = String(decoding: safe, as: UTF8.self)
        let parts = text.split(separator: ".")
        var stem = parts.first.map(String.init) ?? ""
        var type = parts.count > 1 ? parts.last.map { "." + $0 } ?? "" : ""
        if parts.count > 2 { stem = parts.dropLast().joined(separator: ".") }
        if type.utf8.count > 12 { type = "" }
        stem = String(stem.prefix(maximumLength - type.utf8.count))
        if !stem.contains(where: { $0.isLetter || $0.isNumber }) { stem = "file" }
        // A leading hyphen would be an option on a command line; a device's name opens the device.
        if stem.hasPrefix("-") || isReserved(stem) { stem = "_" + stem }
        return stem + type
    }

    /// Whether a path is one that a bundle may hold: plain names, each no longer than 64 bytes and
    /// one, and none that a system takes for something else.
    static func isPath(_ path: String) -> Bool {
        path.utf8.count <= maximumPathLength
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                isName($0)
            }
    }

    /// Whether a name is plain.
    static func isName(_ name: some StringProtocol) -> Bool {
        guard let first = name.utf8.first, let last = Array(name.utf8).last else { return false }
        return name.utf8.count <= maximumLength + 16 && name.utf8.allSatisfy(isPlain)
            && first != UInt8(ascii: ".") && first != UInt8(ascii: "-")
            && last != UInt8(ascii: ".") && !isReserved(name)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
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
