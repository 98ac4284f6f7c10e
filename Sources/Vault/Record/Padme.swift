// SPDX-License-Identifier: Apache-2.0

/// Padded sizes, so that the length of what is stored tells little about what it is.
///
/// Padmé (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files", 2019): a size keeps
/// as many leading bits as its exponent has bits; the rest is rounded up. From ``minimum`` on it adds
/// less than 6.3 %, and far less to large files.
public enum Padme {
    /// The smallest padded size in bytes; ours.
    public static let minimum: UInt64 = 4096

    /// The padded size of a content.
    ///
    /// - Parameter size: In bytes, at most 2⁶².
    /// - Returns: Of two sizes, the larger has at least the padded size of the smaller.
    public static func paddedSize(of size: UInt64) -> UInt64 {
        precondition(size <= 1 << 62, "sizes end at 2^62")
        let size = max(size, minimum)
        let exponent = UInt64(63 - size.leadingZeroBitCount)
        let exponentBits = UInt64(64 - exponent.leadingZeroBitCount)
        let mask = (UInt64(1) << (exponent - exponentBits)) - 1
        return (size + mask) & ~mask
    }
}
