// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Bulk
import NIOCore
import NIOSSL

/// TLS 1.3 to the one key that the invitation names (RFC 8446; pin as in RFC 7469, section 2.4).
///
/// No certificate authority takes part: whoever could make one sign could otherwise stand between.
/// The handshake proves that the peer holds the key of its certificate, and before the first byte of
/// a request the SHA-256 of that key's SubjectPublicKeyInfo is compared with the pin.
struct PinnedTLS: Sendable {
    /// SHA-256 over the DER SubjectPublicKeyInfo.
    let key: Hash

    /// The settings of every TLS connection: hybrid key exchange first, so that what is recorded
    /// today stays closed to a quantum computer.
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.curves = [.x25519_MLKEM768, .x25519]
        configuration.certificateVerification = .none
        return configuration
    }

    /// Compares the peer's key with the pin; a connection that fails here carries no request.
    @Sendable
    func check(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
            let found = try certificate.map {
                Hash(hashing: try $0.extractPublicKey().toSPKIBytes())
            }
            guard found == key else {
                throw ClientError.untrusted(
                    "the vault's TLS key is not the invited one: got \(found?.hex ?? "none"), "
                        + "want \(key.hex)"
                )
            }
        }.flatMapErrorThrowing { error in
            channel.close(promise: nil)
            throw error
        }
    }
}
