// SPDX-License-Identifier: Apache-2.0

import CTimestamp

/// The fields of an X.509 certificate that a token's signer is found and checked by.
///
/// See RFC 5280, section 4.1. Whether it is to be trusted is OpenSSL's to say.
struct Certificate {
    let bytes: [UInt8]
    /// The content of its INTEGER.
    let serialNumber: [UInt8]
    /// An encoded Name.
    let issuer: [UInt8]
    /// An encoded SubjectPublicKeyInfo.
    let publicKey: [UInt8]

    init(parsing bytes: [UInt8]) throws(TimestampSyntaxError) {
        self.bytes = bytes
        var outer = Elements(bytes[...], of: .certificate)
        var certificate = try outer.expect(Tag.sequence).elements(of: .certificate)
        try outer.end()
        var fields = try certificate.expect(Tag.sequence).elements(of: .certificate)
        _ = try fields.next(Tag.contextConstructed(0))
        serialNumber = try fields.expect(Tag.integer).integer(of: .certificate)
        _ = try fields.expect(Tag.sequence)
        issuer = Array(try fields.expect(Tag.sequence).encoding)
        _ = try fields.expect(Tag.sequence)
        _ = try fields.expect(Tag.sequence)
        publicKey = Array(try fields.expect(Tag.sequence).encoding)
    }

    /// Whether OpenSSL reads the bytes as a certificate.
    static func reads(_ bytes: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let certificate = unsafe x509(bytes) else { return false }
        unsafe X509_free(certificate)
        return true
    }

    /// The certificate for OpenSSL, for the caller to free.
    static func x509(_ bytes: [UInt8]) -> OpaquePointer? {
        unsafe decoded(bytes) { unsafe d2i_X509(nil, $0, $1) }
    }

    /// Whether the certificate has this issuer and serial number.
    func isIssued(by name: [UInt8], serialNumber: [UInt8]) -> Bool {
        self.serialNumber == serialNumber && Name.match(issuer, name)
    }

    /// Whether a signature over bytes is by the certificate's key.
    func isValid(_ signature: [UInt8], over bytes: [UInt8], _ algorithm: HashAlgorithm) -> Bool {
        defer { ERR_clear_error() }
        guard let key = unsafe decoded(publicKey, { unsafe d2i_PUBKEY(nil, $0, $1) }),
            let context = unsafe EVP_MD_CTX_new()
        else { return false }
        defer {
            unsafe EVP_PKEY_free(key)
            unsafe EVP_MD_CTX_free(context)
        }
        let hash = unsafe algorithm.implementation
        guard unsafe EVP_DigestVerifyInit(context, nil, hash, nil, key) == 1 else { return false }
        return unsafe EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    }
}

/// Revocation lists (RFC 5280, section 5).
enum RevocationList {
    /// Whether OpenSSL reads the bytes as a list.
    static func reads(_ bytes: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let list = unsafe x509(bytes) else { return false }
        unsafe X509_CRL_free(list)
        return true
    }

    /// Whether a certificate's key signed a list, both in DER.
    static func isSigned(_ list: [UInt8], by issuer: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let list = unsafe x509(list) else { return false }
        defer { unsafe X509_CRL_free(list) }
        guard let certificate = unsafe Certificate.x509(issuer) else { return false }
        defer { unsafe X509_free(certificate) }
        // The certificate still owns its key.
        guard let key = unsafe X509_get0_pubkey(certificate) else { return false }
        return unsafe X509_CRL_verify(list, key) == 1
    }

    /// The list for OpenSSL, for the caller to free.
    static func x509(_ bytes: [UInt8]) -> OpaquePointer? {
        unsafe decoded(bytes) { unsafe d2i_X509_CRL(nil, $0, $1) }
    }
}

/// Distinguished names.
enum Name {
    /// Whether two encoded names are the same by RFC 5280, section 7.1: case and string type aside.
    static func match(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        if one == other { return true }
        defer { ERR_clear_error() }
        guard let first = unsafe decoded(one, { unsafe d2i_X509_NAME(nil, $0, $1) }) else {
            return false
        }
        defer { unsafe X509_NAME_free(first) }
        guard let second = unsafe decoded(other, { unsafe d2i_X509_NAME(nil, $0, $1) }) else {
            return false
        }
        defer { unsafe X509_NAME_free(second) }
        return unsafe X509_NAME_cmp(first, second) == 0
    }
}

/// What an OpenSSL function `d2i_…` reads from the start of bytes.
func decoded<Value>(
    _ bytes: [UInt8],
    _ read: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> Value?
) -> Value? {
    unsafe bytes.withUnsafeBufferPointer {
        var start = $0.baseAddress
        return unsafe read(&start, $0.count)
    }
}
