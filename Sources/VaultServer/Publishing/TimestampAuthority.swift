// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Bulk
import NIOCore
import NIOHTTP1
import Timestamp

/// A time-stamping authority, as the configuration names it: `URL=ROOTS`.
public struct AuthorityAddress: Hashable, Sendable {
    /// Where requests are sent.
    public let url: String
    /// The file with its roots, and whatever else its chain needs, in PEM; a relative path begins at
    /// the vault's folder.
    public let roots: String

    /// Reads `URL=ROOTS`: a URL of http or https, and a path without an equals sign.
    public init?(_ text: some StringProtocol) {
        guard let equals = text.lastIndex(of: "=") else { return nil }
        url = String(text[..<equals])
        roots = String(text[text.index(after: equals)...])
        guard url.hasPrefix("https://") || url.hasPrefix("http://"), !roots.isEmpty else {
            return nil
        }
    }
}

/// The time-stamping authorities of a vault, written with commas between them.
public struct AuthorityList: Hashable, Sendable, ConfigurationValue {
    static let form = "off or URL=FILE, with commas between authorities"

    /// Each is asked by itself.
    public var all: [AuthorityAddress]

    /// Takes authorities in any order.
    public init(_ all: [AuthorityAddress] = []) { self.all = all }

    init?(written text: String) {
        guard text != "off" else {
            all = []
            return
        }
        all = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let address = AuthorityAddress(word.filter { $0 != " " }) else { return nil }
            all.append(address)
        }
    }

    var written: String {
        all.isEmpty ? "off" : all.map { "\($0.url)=\($0.roots)" }.joined(separator: ",")
    }
}

/// A proxy for what the daemon asks of others, written `http://HOST:PORT` or `socks5://HOST:PORT`.
public struct ProxyAddress: Hashable, Sendable, ConfigurationValue {
    static let form = "http://HOST:PORT or socks5://HOST:PORT"
    let written: String
    let proxy: HTTPClient.Configuration.Proxy

    /// Reads an address with its scheme and port.
    public init?(written text: String) {
        let kinds = ["http://": false, "socks5://": true]
        guard let kind = kinds.first(where: { text.hasPrefix($0.key) }),
            case .tcp(let host, let port)? = ListenAddress(
                written: String(text.dropFirst(kind.key.count))
            )
        else { return nil }
        written = text
        proxy = kind.value ? .socksServer(host: host, port: port) : .server(host: host, port: port)
    }
}

/// One authority, over HTTP; whatever it answers is bounded in size and in time.
struct TimestampAuthority: Sendable {
    /// The largest answer that is read, in bytes.
    static let maximumAnswer = 1 << 20

    let url: String
    let trust: TimestampTrust
    let http: HTTPClient
    let timeout: Duration

    /// What its tokens are stored under.
    var name: Hash { Hash(hashing: url.utf8) }

    /// Asks for a stamp.
    ///
    /// - Returns: the answer, not verified.
    /// - Throws: ``StampFailure``, or an error of the network.
    func send(_ request: TimestampRequest) async throws -> TimestampResponse {
        var message = HTTPClientRequest(url: url)
        message.method = .POST
        message.headers.add(name: "Content-Type", value: "application/timestamp-query")
        message.body = .bytes(ByteBuffer(bytes: request.bytes))
        return try await within(timeout) { [message] in
            let response = try await http.execute(message, deadline: .distantFuture)
            guard response.status == .ok else {
                throw StampFailure.status(Int(response.status.code))
            }
            let type = response.headers.first(name: "Content-Type") ?? ""
            // A captive portal answers everything, with pages of its own.
            guard type.lowercased().hasPrefix("application/timestamp-reply") else {
                throw StampFailure.contentType
            }
            let body = try await response.body.collect(upTo: Self.maximumAnswer)
            return try TimestampResponse(parsing: Array(body.readableBytesView))
        }
    }
}

/// Why an authority's answer was not taken.
enum StampFailure: Error, Equatable {
    case status(Int)
    case contentType
    case refused(TimestampViolation)
    /// The token's time and the daemon's clock differ by more than an hour.
    case clock(seconds: Int64)
}

extension StampFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .status(let status): "it answers with status \(status)"
        case .contentType: "its answer is not application/timestamp-reply"
        case .refused(let violation): "\(violation)"
        case .clock(let seconds): "its clock differs from ours by \(seconds) s"
        }
    }
}
