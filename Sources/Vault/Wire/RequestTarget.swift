// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// What of an HTTP request is signed: where it goes, and under which access statement.
///
/// Bodies are not covered: what is uploaded is named by its hash in the path.
public struct RequestTarget: Hashable, Sendable {
    /// The method, `GET` for example.
    public let method: String
    /// The absolute path as it is sent, percent-encoding and all.
    public let path: String
    /// The query as it is sent, without the question mark; `nil` when there is none.
    public let query: String?
    /// The id of the access statement in the `Saksi-Access` field, if it is sent.
    public let access: Hash?

    /// Takes the parts of a request.
    ///
    /// - Returns: `nil` where a part holds what no request line can: a space, a line break or another
    ///   byte that is not visible ASCII. So two requests never have one signature base, but
    ///   for one without a query and one with an empty one (RFC 9421, section 2.2.7), which ask for
    ///   the same.
    public init?(method: String, path: String, query: String? = nil, access: Hash? = nil) {
        let isVisible = [method, path, query ?? "?"].allSatisfy { part in
            part.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        }
        guard isVisible, !method.isEmpty, path.utf8.first == UInt8(ascii: "/") else { return nil }
        self.method = method
        self.path = path
        self.query = query
        self.access = access
    }
}
