// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Bulk
import NIOCore
import NIOSSL
import Synchronization

/// TLS 1.3 to a key that this device knows (RFC 8446; pin as in RFC 7469, section 2.4).
///
/// No certificate authority takes part: whoever could make one sign could otherwise stand between.
/// The handshake proves that the peer holds the key of its certificate, and before the first byte of
/// a request the SHA-256 of that key's SubjectPublicKeyInfo is compared with the pins.
final class PinnedTLS: Sendable {
    private struct Keys {
        var accepted: [Hash]
        var shown: Hash?
    }

    private let keys: Mutex<Keys>

    /// Pins keys, each the SHA-256 over its DER SubjectPublicKeyInfo.
    init(_ accepted: [Hash]) {
        keys = Mutex(Keys(accepted: accepted))
    }

    /// The key of the newest connection; `nil` before the first, and where there is no TLS.
    var shown: Hash? { keys.withLock { $0.shown } }

    /// Accepts these keys on new connections, and no others.
    func accept(_ accepted: [Hash]) {
        keys.withLock { $0.accepted = accepted }
    }

    /// The settings of every TLS connection: hybrid key exchange first, so that what is recorded
    /// today stays closed to a quantum computer.
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.curves = [.x25519_MLKEM768, .x25519]
        configuration.certificateVerification = .none
        return configuration
    }

    /// Compares the peer's key with the pins; a connection that fails here carries no request.
    @Sendable
    func check(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
            let found = try certificate.map {
                Hash(hashing: try $0.extractPublicKey().toSPKIBytes())
            }
            let accepted = self.keys.withLock { keys in
                if let found, keys.accepted.contains(found) { keys.shown = found }
                return keys.accepted
            }
            guard let found, accepted.contains(found) else {
                throw Self.unknown(found, wanted: accepted)
            }
        }.flatMapErrorThrowing { error in
            channel.close(promise: nil)
            throw error
        }
    }

    private static func unknown(_ found: Hash?, wanted: [Hash]) -> ClientError {
        ClientError(
            .untrusted,
            "the vault's TLS key is not one that this device knows: got \(found?.hex ?? "none"), "
                + "want \(wanted.map(\.hex).joined(separator: " or "))",
            hint:
                "nothing was sent; if the vault's key was changed while this device was away, have "
                + "somebody you trust there read the new one to you, and run `saksi trust tls` with "
                + "it; else stop using this vault"
        )
    }
}
