// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The TLS key that the daemon shows and, while the key changes, the one that it shall show next.
///
/// The next key lies beside the one in use: `tls.next.key` beside `tls.key`, and so the certificate.
/// It takes the other's place in two steps, the certificate first. A process that dies in between
/// leaves a certificate of the next key beside the old key, which is how the next reader knows to take
/// the second step; so what is read is always one key with its certificate.
struct TLSKeys {
    private let key: String
    private let certificate: String
    private let nextKey: String
    private let nextCertificate: String

    init(_ configuration: ServerConfiguration) {
        key = configuration.path(configuration.tlsKey)
        certificate = configuration.path(configuration.tlsCertificate)
        nextKey = Self.next(key)
        nextCertificate = Self.next(certificate)
    }

    private static func next(_ path: String) -> String {
        let url = URL(filePath: path)
        let name = url.deletingPathExtension().appendingPathExtension("next")
        return url.pathExtension.isEmpty
            ? name.path : name.appendingPathExtension(url.pathExtension).path
    }

    /// The key in use.
    ///
    /// - Throws: ``StartError``.
    func current() throws -> TLSIdentity {
        let identity = try SecretFile.read(key)
        let shown = try SecretFile.readPublic(certificate)
        do {
            return try TLSIdentity(keyPEM: identity, certificatePEM: shown)
        } catch StartError.certificateDoesNotMatch {
            // Killed between the two steps of a change.
            guard exists(nextKey), !exists(nextCertificate),
                let next = try? TLSIdentity(
                    keyPEM: SecretFile.read(nextKey),
                    certificatePEM: shown
                )
            else { throw StartError.certificateDoesNotMatch }
            try SecretFile.rename(nextKey, to: key)
            return next
        }
    }

    /// The key that shall be shown next; `nil` where there is none.
    ///
    /// - Throws: ``StartError``.
    func next() throws -> TLSIdentity? {
        guard exists(nextKey), exists(nextCertificate) else { return nil }
        return try TLSIdentity(
            keyPEM: SecretFile.read(nextKey),
            certificatePEM: SecretFile.readPublic(nextCertificate)
        )
    }

    /// Makes the next key, durably, or gives the one that an earlier call has made.
    ///
    /// - Throws: ``StartError``.
    func makeNext(at now: Date) throws -> TLSIdentity {
        _ = try current()
        if let next = try next() { return next }
        // Killed after the key was written: its certificate says nothing that cannot be made again.
        let made =
            exists(nextKey)
            ? try TLSIdentity.make(at: now, keyPEM: SecretFile.read(nextKey))
            : try TLSIdentity.make(at: now)
        if !exists(nextKey) { try SecretFile.replace(made.keyPEM + "\n", at: nextKey) }
        try SecretFile.replace(made.certificatePEM + "\n", at: nextCertificate, mode: 0o644)
        return made
    }

    /// Puts the next key in the place of the one in use, which is gone then.
    ///
    /// - Throws: ``StartError``; `noNextTLSKey` where there is none.
    func takeNext() throws {
        guard try next() != nil else { throw StartError.noNextTLSKey }
        try SecretFile.rename(nextCertificate, to: certificate)
        try SecretFile.rename(nextKey, to: key)
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
