// SPDX-License-Identifier: Apache-2.0

/// The encoding of SSH (RFC 4251, section 5): numbers of four bytes, big endian, and strings that
/// begin with their length as one.
enum SSHWire {
    static func number(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    static func string(_ bytes: some Collection<UInt8>) -> [UInt8] {
        number(UInt32(bytes.count)) + bytes
    }

    static func string(_ text: String) -> [UInt8] { string(text.utf8) }

    /// An Ed25519 public key (RFC 8709, section 4).
    static func ed25519(_ key: [UInt8]) -> [UInt8] { string(ed25519Name) + string(key) }

    static let ed25519Name = "ssh-ed25519"
}

/// Reads the encoding of SSH; every read gives `nil` past the end.
struct SSHWireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard rest.count >= count else { return nil }
        defer { rest.removeFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func number() -> UInt32? {
        bytes(4)?.reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func string() -> [UInt8]? {
        number().flatMap { bytes(Int($0)) }
    }

    /// Whether the next string is this one.
    mutating func skip(_ text: String) -> Bool { string() == Array(text.utf8) }
}
