// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// The daemon's TLS key and its self-signed certificate.
///
/// Clients believe neither names nor authorities, only the pin: the SHA-256 of the key's
/// SubjectPublicKeyInfo, which the genesis statement logs and every invite carries.
public struct TLSIdentity: Sendable {
    /// The private key as PKCS #8 PEM: secret.
    let keyPEM: String
    /// The certificate as PEM.
    let certificatePEM: String
    /// SHA-256 of the DER of the key's SubjectPublicKeyInfo.
    public let pin: Hash

    /// Makes a P-256 key and a certificate for it.
    ///
    /// The certificate says nothing but the word `saksi`: what it names would be visible to whoever
    /// watches the network. It is valid for 100 years, because the pin is what ends it.
    static func make(at now: Date) throws -> TLSIdentity {
        try make(at: now, P256.Signing.PrivateKey())
    }

    /// Makes a certificate for a key that is there.
    ///
    /// - Throws: ``StartError/tlsKeyUnreadable``.
    static func make(at now: Date, keyPEM: String) throws -> TLSIdentity {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: keyPEM) else {
            throw StartError.tlsKeyUnreadable
        }
        return try make(at: now, key)
    }

    private static func make(at now: Date, _ key: P256.Signing.PrivateKey) throws -> TLSIdentity {
        let name = try DistinguishedName { CommonName("saksi") }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-86_400),
            notValidAfter: now.addingTimeInterval(100 * 365 * 86_400),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames([.dnsName("saksi")])
            },
            issuerPrivateKey: .init(key)
        )
        return try TLSIdentity(
            keyPEM: key.pemRepresentation,
            certificatePEM: certificate.serializeAsPEM().pemString
        )
    }

    /// Reads a key and its certificate.
    ///
    /// - Throws: ``StartError/tlsKeyUnreadable`` or ``StartError/certificateDoesNotMatch``.
    init(keyPEM: String, certificatePEM: String) throws {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: keyPEM) else {
            throw StartError.tlsKeyUnreadable
        }
        guard let certificate = try? Certificate(pemEncoded: certificatePEM),
            certificate.publicKey == .init(key.publicKey)
        else { throw StartError.certificateDoesNotMatch }
        self.keyPEM = keyPEM
        self.certificatePEM = certificatePEM
        pin = Hash(hashing: Array(key.publicKey.derRepresentation))
    }

    /// TLS 1.3 and nothing older; hybrid key exchange first, so that what is recorded today stays
    /// closed to a quantum computer.
    func makeContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8)).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem))
        )
        configuration.minimumTLSVersion = .tlsv13
        configuration.curves = [.x25519_MLKEM768, .x25519, .secp256r1]
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
