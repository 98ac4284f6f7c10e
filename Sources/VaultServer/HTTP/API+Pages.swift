// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import TransparencyLog
import Vault

/// Receipts by the page, in the order of the log.
extension API {
    private struct Page: Encodable {
        let receipts: [String]
        let next: UInt64?
    }

    /// At most this many receipts are in a page.
    private static let pageCount = 500
    /// A page ends once its receipts fill this many bytes: an entry may be 64 KiB.
    private static let pageBytes = 1 << 20

    /// The number in a query from which a page begins; 0 where there is none.
    func leafIndex(_ text: Substring?) throws -> UInt64 {
        guard let text else { return 0 }
        guard let index = UInt64(text), index <= Int64.max, "\(index)" == text else {
            throw APIError(.malformed, "from is not a number in its only form")
        }
        return index
    }

    /// One page of receipts.
    ///
    /// - Parameters:
    ///   - first: The smallest leaf index that is wanted.
    ///   - find: Finds entries from a leaf index on; as many as the limit where there may be more.
    ///   - leaf: The leaf index of one that was found.
    ///   - shows: Whether the caller may see it.
    /// - Returns: At most ``pageCount`` receipts, and where the next page begins.
    /// - Throws: What finding and proving them throws.
    func page<Found>(
        from first: UInt64,
        find: (_ from: UInt64, _ limit: Int) async throws -> [Found],
        leaf: (Found) -> UInt64,
        shows: (Found) async throws -> Bool
    ) async throws -> Response {
        var receipts: [String] = []
        var bytes = 0
        var from = first
        while true {
            let found = try await find(from, Self.pageCount)
            for entry in found where try await shows(entry) {
                guard receipts.count < Self.pageCount, bytes < Self.pageBytes else {
                    return try .json(Page(receipts: receipts, next: leaf(entry)))
                }
                let text = try await vault.log.receipt(for: leaf(entry)).text
                receipts.append(text)
                bytes += text.utf8.count
            }
            guard found.count == Self.pageCount, let last = found.last else {
                return try .json(Page(receipts: receipts, next: nil))
            }
            from = leaf(last) + 1
        }
    }
}
