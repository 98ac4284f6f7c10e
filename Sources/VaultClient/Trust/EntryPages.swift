// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Reads receipts of entries by the page; what they prove is for others to check.
struct EntryPages: Sendable {
    let connection: Connection
    let signer: RequestSigner
    let trust: Trust

    /// Asks for all receipts at a path.
    ///
    /// - Parameters:
    ///   - path: What to ask.
    ///   - first: From which index on.
    ///   - take: Is given each receipt, in order, and the head before its page was asked for; tells the
    ///     index of the entry.
    /// - Throws: ``ClientError``; `.untrusted` for pages that do not advance.
    func each(
        at path: String,
        from first: UInt64 = 0,
        take: ([UInt8], Head) async throws -> UInt64
    ) async throws {
        var next: UInt64? = first
        var last: UInt64?
        while let from = next {
            let floor = await trust.head
            let question = Request(path: path, query: "from=\(from)", limit: 64 << 20)
            let page = try await connection.send(question, as: signer).decoded(as: Page.self)
            for receipt in page.receipts { last = try await take(Array(receipt.utf8), floor) }
            next = page.next
            if let next {
                // Each page must bring something, or a vault could keep a device asking for ever.
                guard !page.receipts.isEmpty, next > last ?? from else {
                    throw ClientError.untrusted(
                        "the vault's pages of \(path) do not advance: from \(from) to \(next)"
                    )
                }
            }
        }
    }

    private struct Page: Decodable {
        let receipts: [String]
        let next: UInt64?
    }
}

extension Response {
    /// What the JSON of the body says.
    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw ClientError.untrusted("the vault's answer is malformed")
        }
    }
}
