// SPDX-License-Identifier: Apache-2.0

import Bulk
import NIOCore
import NIOHTTP1

/// One question to the vault.
struct Request: Sendable {
    enum Method: String, Sendable { case get = "GET", head = "HEAD", put = "PUT", post = "POST" }

    var method = Method.get
    /// Percent-encoded, from the first slash.
    var path: String
    /// Without the question mark; empty where there is none.
    var query = ""
    var body: RequestBody?
    /// Whether an enrolled key signs it.
    var isSigned = true
    /// The logged access statement that releases what is asked for.
    var access: Hash?
    /// The bytes asked for, both ends included.
    var range: ClosedRange<UInt64>?
    /// The longest answer that is read, in bytes.
    var limit = 1 << 20

    /// A public resource.
    static func open(_ path: String) -> Request { Request(path: path, isSigned: false) }

    /// Something that is named by the SHA-256 of its bytes.
    static func put(_ kind: ContentKind, _ name: Hash, _ body: RequestBody) -> Request {
        Request(method: .put, path: "/v1/\(kind.rawValue)/\(name.hex)", body: body)
    }

    var target: String { query.isEmpty ? path : "\(path)?\(query)" }
}

/// What is uploaded, each under the SHA-256 of its bytes.
enum ContentKind: String, Sendable {
    case segments, records, envelopes, keyrings, packs
}

/// The vault's answer.
struct Response: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: ByteBuffer

    var bytes: [UInt8] { Array(body.readableBytesView) }
    var text: String { String(buffer: body) }

    /// How long the vault asks to be left alone (RFC 9110, section 10.2.3), at most a minute.
    var retryAfter: Duration? {
        headers.first(name: "retry-after").flatMap { UInt8($0) }.map { .seconds(min(Int($0), 60)) }
    }
}
