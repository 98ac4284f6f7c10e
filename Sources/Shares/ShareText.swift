// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Secrets

/// How a share is laid out in rows of words, which writing and reading agree on.
enum ShareText {
    static let header = "saksi/v1 share"
    static let share = "share"
    static let threshold = "threshold"
    static let count = "shares"
    /// In bytes; one with 16 digests has 600.
    static let maximumSize = 4096

    /// Four words a row: as many as are kept in mind between looking and typing.
    private static let rowSize = 8
    /// The rows that hold the id; the checks of those below depend on it.
    private static let idRows = ShareSet.idSize / rowSize

    /// Id, value, commitment and digests; how many there are of the last depends on the count.
    static func size(count: Int) -> Int {
        ShareSet.idSize + Share.secretSize + ShareSet.commitmentSize + count * ShareSet.digestSize
    }

    /// Where each row's bytes lie; the last one may be half as long.
    static func rows(count: Int) -> [Range<Int>] {
        let size = size(count: count)
        return stride(from: 0, to: size, by: rowSize).map { $0..<min($0 + rowSize, size) }
    }

    /// The word that ends a row.
    ///
    /// It depends on the row's place, on the numbers and on the id, so that a row of another share
    /// does not pass.
    static func check(row: Int, of body: UnsafeRawBufferPointer, _ numbers: Numbers) -> UInt16 {
        var hasher = SHA256Hasher()
        hasher.update("saksi/v1 share row\n".utf8)
        hasher.update([numbers.share, numbers.threshold, numbers.count, row].map { UInt8($0) })
        if row > idRows { unsafe hasher.update(raw: .init(rebasing: body[..<ShareSet.idSize])) }
        unsafe hasher.update(raw: .init(rebasing: body[rows(count: numbers.count)[row - 1]]))
        let hash = hasher.finalize().bytes
        return UInt16(hash[0]) << 8 | UInt16(hash[1])
    }

    /// The numbers in the lines above the rows.
    struct Numbers {
        let share: Int
        let threshold: Int
        let count: Int
    }
}
