// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings

/// What all shares of one secret have in common, and each of them says.
///
/// None of it helps those who hold too few shares: the hashes cover the whole secret or a whole
/// share, 256 random bits each, so they only confirm what somebody knows already.
public struct ShareSet: Hashable, Sendable {
    /// The most shares a secret is split into.
    ///
    /// More people than that are not asked one by one; and the digests still fit on a page.
    public static let maximumCount = 16
    /// The length in bytes of ``id``.
    public static let idSize = 16
    static let digestSize = 4
    static let commitmentSize = 16

    /// 16 random bytes that tell one splitting from all others, also of the same secret.
    public let id: [UInt8]
    /// How many shares restore the secret.
    public let threshold: Int
    /// How many shares there are.
    public let count: Int
    /// For each share the first 4 bytes of a hash of its value, in order.
    let digests: [[UInt8]]
    /// The first 16 bytes of a hash that fixes the secret and all of the above.
    let commitment: [UInt8]

    /// The first two words of the id, which tell sets apart on a table full of papers.
    public var name: String { Proquint.words(id.prefix(4)).joined(separator: " ") }

    /// The digest of a share's value.
    static func digest(ofShare number: Int, value: UnsafeRawBufferPointer, id: [UInt8]) -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update("saksi/v1 share digest\n".utf8)
        hasher.update(id)
        hasher.update([UInt8(number)])
        unsafe hasher.update(raw: value)
        return Array(hasher.finalize().bytes.prefix(digestSize))
    }

    /// The commitment to a secret.
    static func commitment(
        to secret: UnsafeRawBufferPointer,
        id: [UInt8],
        threshold: Int,
        digests: [[UInt8]]
    ) -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update("saksi/v1 share commitment\n".utf8)
        hasher.update(id)
        hasher.update([UInt8(threshold), UInt8(digests.count)])
        hasher.update(digests.joined())
        unsafe hasher.update(raw: secret)
        return Array(hasher.finalize().bytes.prefix(commitmentSize))
    }
}
