// SPDX-License-Identifier: Apache-2.0

/// Sizes and places in a payload, all in bytes.
///
/// See c2sp.org/age, "Payload".
public enum PayloadLayout {
    /// The nonce before the first chunk.
    public static let nonceSize = 16
    /// Plaintext in every chunk but the last, which may be shorter.
    public static let chunkSize = 64 << 10
    /// A full chunk with its tag.
    public static let sealedChunkSize = chunkSize + tagSize
    /// What each chunk adds.
    public static let tagSize = 16

    /// How many chunks a plaintext takes: one even when it is empty.
    public static func chunkCount(plaintextSize: UInt64) -> UInt64 {
        let chunk = UInt64(chunkSize)
        return max(1, plaintextSize / chunk + (plaintextSize % chunk == 0 ? 0 : 1))
    }

    /// The size of a payload, nonce included, over a plaintext of this size.
    public static func payloadSize(plaintextSize: UInt64) -> UInt64 {
        UInt64(nonceSize) + plaintextSize
            + UInt64(tagSize) * chunkCount(plaintextSize: plaintextSize)
    }

    /// The size of the plaintext under a payload of this size, nonce included; `nil` for a size
    /// that no payload has.
    public static func plaintextSize(payloadSize: UInt64) -> UInt64? {
        guard payloadSize >= UInt64(nonceSize + tagSize) else { return nil }
        let sealed = payloadSize - UInt64(nonceSize)
        let (full, rest) = sealed.quotientAndRemainder(dividingBy: UInt64(sealedChunkSize))
        if rest == 0 { return full * UInt64(chunkSize) }
        // A last chunk without plaintext stands only in an empty payload.
        guard rest > UInt64(tagSize) || (full == 0 && rest == UInt64(tagSize)) else { return nil }
        return full * UInt64(chunkSize) + rest - UInt64(tagSize)
    }
}
