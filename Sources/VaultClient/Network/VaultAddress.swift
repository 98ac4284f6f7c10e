// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where a vault answers: `https://host[:port]`, `http+unix:///path/to/socket`, or plain `http://`
/// to this machine or to an onion service, whose transport is already encrypted.
struct VaultAddress: Hashable, Sendable {
    /// As it stands in an invitation.
    let text: String
    /// What a request's path is appended to.
    let base: String

    init(parsing text: String) throws(ClientError) {
        self.text = text
        if let path = text.dropPrefix("http+unix://") {
            let socket = path.removingPercentEncoding ?? path
            let host = socket.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            guard socket.hasPrefix("/"), let host else { throw Self.malformed(text) }
            base = "http+unix://\(host)"
            isOnion = false
            return
        }
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            url.path.isEmpty || url.path == "/", url.query == nil, url.fragment == nil,
            url.user == nil, url.password == nil
        else { throw Self.malformed(text) }
        switch url.scheme {
        case "https": break
        case "http" where Self.isPrivate(host): break
        default: throw Self.malformed(text)
        }
        isOnion = Self.isOnion(host)
        base = text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// Whether the connection is TLS, and so carries the key that the invitation pins.
    var isTLS: Bool { base.hasPrefix("https://") }

    /// Whether only Tor may be asked for the name (RFC 7686, section 2).
    let isOnion: Bool

    private static func isPrivate(_ host: String) -> Bool {
        host == "127.0.0.1" || host == "[::1]" || host == "localhost" || isOnion(host)
    }

    /// Names are the same in capitals, and with the root's dot at their end.
    private static func isOnion(_ host: String) -> Bool {
        host.lowercased().split(separator: ".").last == "onion"
    }

    private static func malformed(_ text: String) -> ClientError {
        ClientError(.failed, "the vault's address is not one that can be used: \"\(text)\"")
    }
}

extension String {
    /// What follows a prefix, or `nil` where the text starts otherwise.
    func dropPrefix(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
