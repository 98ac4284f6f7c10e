// SPDX-License-Identifier: Apache-2.0

import CTimestamp
import Encodings

/// Certificates and revocation lists of a file.
public struct CertificateFile: Hashable, Sendable {
    /// Each in DER.
    public var certificates: [[UInt8]] = []
    /// Each in DER.
    public var revocationLists: [[UInt8]] = []

    /// Takes certificates and lists in DER.
    public init(certificates: [[UInt8]] = [], revocationLists: [[UInt8]] = []) {
        self.certificates = certificates
        self.revocationLists = revocationLists
    }

    /// Reads PEM, with any text between its blocks, or one certificate or revocation list in DER.
    ///
    /// - Throws: ``CertificateFileError``; `malformed` also where a block is encrypted.
    public init(parsing bytes: [UInt8]) throws(CertificateFileError) {
        ERR_clear_error()
        if bytes.first == Tag.sequence {
            if Certificate.reads(bytes) {
                certificates = [bytes]
            } else if RevocationList.reads(bytes) {
                revocationLists = [bytes]
            } else {
                throw .malformed
            }
            return
        }
        guard bytes.count <= Int(Int32.max) else { throw .malformed }
        // OpenSSL reads where the bytes lie: they must stay there until it is done.
        let infos = unsafe bytes.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let input = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
                return nil
            }
            defer { unsafe BIO_free(input) }
            // Without a callback OpenSSL asks the terminal for the passphrase of an encrypted block.
            return unsafe PEM_X509_INFO_read_bio(input, nil, { _, _, _, _ in -1 }, nil)
        }
        guard let infos = unsafe infos else {
            ERR_clear_error()
            throw .malformed
        }
        defer { unsafe ts_infos_free(infos) }
        for place in unsafe 0..<ts_infos_count(infos) {
            if let certificate = unsafe ts_infos_certificate(infos, place) {
                certificates.append(unsafe encoded { unsafe i2d_X509(certificate, $0) })
            }
            if let list = unsafe ts_infos_list(infos, place) {
                revocationLists.append(unsafe encoded { unsafe i2d_X509_CRL(list, $0) })
            }
        }
        ERR_clear_error()
        guard !certificates.isEmpty || !revocationLists.isEmpty else { throw .empty }
    }

    /// All of it in PEM (RFC 7468), certificates first.
    public var pem: [UInt8] {
        let blocks =
            certificates.map { ("CERTIFICATE", $0) } + revocationLists.map { ("X509 CRL", $0) }
        var text = ""
        for (label, bytes) in blocks {
            text += "-----BEGIN \(label)-----\n"
            var digits = Base64.padded.encode(bytes)[...]
            while !digits.isEmpty {
                text += digits.prefix(64) + "\n"
                digits = digits.dropFirst(64)
            }
            text += "-----END \(label)-----\n"
        }
        return Array(text.utf8)
    }

    /// The revocation lists that a certificate's key signed.
    ///
    /// - Parameter issuer: the certificate in DER.
    /// - Returns: those of them whose times can be read.
    public func revocationLists(signedBy issuer: [UInt8]) -> [[UInt8]] {
        revocationLists.filter {
            (try? RevocationListTimes(parsing: $0)) != nil
                && RevocationList.isSigned($0, by: issuer)
        }
    }

    /// The certificates and lists of both.
    public static func + (left: CertificateFile, right: CertificateFile) -> CertificateFile {
        var both = left
        both.certificates += right.certificates
        both.revocationLists += right.revocationLists
        return both
    }
}

/// Why a file holds no certificates.
public enum CertificateFileError: Error, Equatable, Sendable {
    /// There is neither PEM nor DER in it that OpenSSL reads.
    case malformed
    /// There is no certificate and no revocation list in it.
    case empty
}

extension CertificateFileError: CustomStringConvertible {
    /// One line in lower case.
    public var description: String {
        switch self {
        case .malformed: "not certificates or revocation lists in PEM or DER"
        case .empty: "holds no certificate and no revocation list"
        }
    }
}

/// Whom a token's verifier trusts.
public struct TimestampTrust: Hashable, Sendable {
    /// The roots; certificates here that are not self-signed are found, but end no chain.
    public var roots: CertificateFile
    /// Certificates that a chain may go through, and the signer's own where the token lacks it.
    public var intermediates: CertificateFile
    /// Lists that every certificate of the chain is held to, roots aside; none are where it is `nil`.
    ///
    /// A certificate for which there is no list that is valid at the time is then refused.
    public var revocationLists: CertificateFile?

    /// Trusts roots.
    public init(
        roots: CertificateFile,
        intermediates: CertificateFile = CertificateFile(),
        revocationLists: CertificateFile? = nil
    ) {
        self.roots = roots
        self.intermediates = intermediates
        self.revocationLists = revocationLists
    }
}

/// What an OpenSSL function `i2d_…` writes.
func encoded(
    _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) -> [UInt8] {
    let size = Int(max(0, write(nil)))
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        var start = buffer.baseAddress
        count = unsafe Int(max(0, write(&start)))
    }
}
