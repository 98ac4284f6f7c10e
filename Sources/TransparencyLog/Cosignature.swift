// SPDX-License-Identifier: Apache-2.0

/// The parts of a `cosignature/v1` (c2sp.org/tlog-cosignature, "Ed25519 signed message").
enum Cosignature {
    /// The latest time a cosignature may carry, in seconds since 1970.
    static let latestTime = UInt64(Int64.max)
    /// The eight bytes of the time and the 64 of the Ed25519 signature.
    static let size = 72

    /// What a cosigner signs: two lines, then the whole text of the checkpoint.
    static func message(text: String, time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n".utf8) + Array(text.utf8)
    }

    /// Divides a signature into its time and its Ed25519 signature.
    static func split(_ bytes: [UInt8]) -> (time: UInt64, signature: [UInt8])? {
        guard bytes.count == size else { return nil }
        let time = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard time <= latestTime else { return nil }
        return (time, Array(bytes.dropFirst(8)))
    }

    /// Joins what ``split(_:)`` divides.
    static func join(time: UInt64, signature: [UInt8]) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) } + signature
    }
}
