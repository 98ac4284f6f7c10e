// SPDX-License-Identifier: Apache-2.0

/// Where a listener is bound: `HOST:PORT`, `[IPV6]:PORT` or `unix:/path`.
public enum ListenAddress: Hashable, Sendable {
    /// A TCP address; port 0 asks the system for a free one.
    case tcp(host: String, port: Int)
    /// A Unix socket at an absolute path.
    case unix(path: String)
}

extension ListenAddress: ConfigurationValue {
    static let form = "HOST:PORT, [IPV6]:PORT or unix:/path"

    /// Reads an address; an IPv6 host stands in brackets, a port is decimal, a socket path absolute.
    public init?(written text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            // sockaddr_un holds 108 bytes with the final NUL.
            guard path.hasPrefix("/"), path.utf8.count < 108 else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self = .tcp(host: host, port: Int(port))
    }

    /// The address as it is written in the configuration.
    public var written: String {
        switch self {
        case .tcp(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

extension ListenAddress {
    /// Whether only this machine can reach it: a Unix socket, `127.0.0.0/8` or `::1`.
    ///
    /// Names, `localhost` too, are not believed: what they resolve to is set elsewhere.
    public var isLocal: Bool {
        switch self {
        case .unix: return true
        case .tcp(let host, _):
            if host == "::1" { return true }
            let parts = host.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        }
    }
}
