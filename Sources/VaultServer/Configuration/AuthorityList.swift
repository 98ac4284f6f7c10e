// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
public import TimestampClient

/// The time-stamping authorities of a vault, written with commas between them; a relative path of
/// roots begins at the vault's folder.
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
