// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// ChaCha20-Poly1305 (RFC 8439) under one key, for many messages, without allocating.
///
/// The context is set up once; a message costs only its nonce. Messages are sealed and opened
/// between raw buffers that are either the same memory (in place) or do not overlap. Nothing here
/// counts nonces: a caller never seals two messages with one.
@safe public struct ChaCha20Poly1305: ~Copyable {
    /// The length of a key in bytes.
    public static let keySize = 32
    /// The length of a tag in bytes, which follows the ciphertext.
    public static let tagSize = 16

    /// 12 bytes, used once under a key.
    public typealias Nonce = InlineArray<12, UInt8>

    private let context: OpaquePointer

    /// Sets up the cipher under a key of 32 bytes, which is copied and wiped with the cipher.
    public init(key: RawSpan) {
        precondition(key.byteCount == Self.keySize)
        guard let context = unsafe EVP_CIPHER_CTX_new() else {
            fatalError("no memory for a cipher")
        }
        let status = unsafe key.withUnsafeBytes { key in
            unsafe EVP_CipherInit_ex(
                context,
                EVP_chacha20_poly1305(),
                nil,
                key.bindMemory(to: UInt8.self).baseAddress,
                nil,
                1
            )
        }
        precondition(status == 1, "libcrypto has no ChaCha20-Poly1305")
        unsafe self.context = context
    }

    deinit {
        // Cleanses the key schedule before it releases.
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// Seals a message: `output` receives the ciphertext and then the tag.
    ///
    /// - Parameters:
    ///   - plaintext: the message; `output` may begin at the same address.
    ///   - output: exactly 16 bytes longer than the plaintext.
    ///   - nonce: never used before under this key.
    ///   - associated: bytes that are authenticated and not sent.
    public mutating func seal(
        _ plaintext: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        nonce: Nonce,
        authenticating associated: [UInt8] = []
    ) {
        precondition(output.count == plaintext.count + Self.tagSize)
        let tag = unsafe UnsafeMutableRawBufferPointer(rebasing: output[plaintext.count...])
        begin(nonce, sealing: true)
        authenticate(associated)
        unsafe crypt(plaintext, into: output)
        finish()
        let status = unsafe EVP_CIPHER_CTX_ctrl(
            context,
            EVP_CTRL_AEAD_GET_TAG,
            Int32(Self.tagSize),
            tag.baseAddress
        )
        precondition(status == 1)
    }

    /// Opens a sealed message.
    ///
    /// Of a message that is not authentic, nothing remains: in place the sealed bytes stand as they were,
    /// otherwise the output is zeroed.
    ///
    /// - Parameters:
    ///   - sealed: ciphertext and tag, 16 bytes or more.
    ///   - output: exactly 16 bytes shorter than `sealed`; it may begin at the same address.
    ///   - nonce: the one it was sealed with.
    ///   - associated: the bytes that were authenticated with it.
    /// - Returns: whether the message is authentic.
    public mutating func open(
        _ sealed: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        nonce: Nonce,
        authenticating associated: [UInt8] = []
    ) -> Bool {
        precondition(sealed.count >= Self.tagSize)
        precondition(output.count == sealed.count - Self.tagSize)
        let ciphertext = unsafe UnsafeRawBufferPointer(rebasing: sealed[..<output.count])
        let tag = unsafe UnsafeRawBufferPointer(rebasing: sealed[output.count...])
        begin(nonce, sealing: false)
        let status = unsafe EVP_CIPHER_CTX_ctrl(
            context,
            EVP_CTRL_AEAD_SET_TAG,
            Int32(Self.tagSize),
            UnsafeMutableRawPointer(mutating: tag.baseAddress)
        )
        precondition(status == 1)
        authenticate(associated)
        unsafe crypt(ciphertext, into: output)
        if finish() { return true }
        if unsafe UnsafeRawPointer(output.baseAddress) == ciphertext.baseAddress {
            // The same keystream once more gives back what stood there.
            begin(nonce, sealing: true)
            unsafe crypt(UnsafeRawBufferPointer(output), into: output)
            finish()
        } else if let base = output.baseAddress {
            unsafe OPENSSL_cleanse(base, output.count)
        }
        return false
    }

    private func begin(_ nonce: Nonce, sealing: Bool) {
        let status = unsafe nonce.span.withUnsafeBufferPointer { nonce in
            unsafe EVP_CipherInit_ex(context, nil, nil, nil, nonce.baseAddress, sealing ? 1 : 0)
        }
        precondition(status == 1)
    }

    private func authenticate(_ associated: [UInt8]) {
        guard !associated.isEmpty else { return }
        var length: Int32 = 0
        let status = unsafe EVP_CipherUpdate(
            context,
            nil,
            &length,
            associated,
            Int32(associated.count)
        )
        precondition(status == 1)
    }

    private func crypt(
        _ input: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) {
        guard unsafe !input.isEmpty else { return }
        var length: Int32 = 0
        let status = unsafe EVP_CipherUpdate(
            context,
            output.bindMemory(to: UInt8.self).baseAddress,
            &length,
            input.bindMemory(to: UInt8.self).baseAddress,
            Int32(input.count)
        )
        precondition(status == 1)
    }

    /// Ends a message; false when the tag did not match.
    @discardableResult
    private func finish() -> Bool {
        var length: Int32 = 0
        var nothing: UInt8 = 0
        return unsafe EVP_CipherFinal_ex(context, &nothing, &length) == 1
    }
}

// The one owner alone reaches the context, and every use of it is exclusive (`mutating`). So it may
// move between threads.
extension ChaCha20Poly1305: @unchecked Sendable {}
