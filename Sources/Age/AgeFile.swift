// SPDX-License-Identifier: Apache-2.0

public import Secrets

/// Whole files in memory: keyrings, identity files and other small things.
public enum AgeFile {
    /// Seals a plaintext after a header that wraps `fileKey`.
    ///
    /// - Parameters:
    ///   - plaintext: any length.
    ///   - header: made with this file key.
    ///   - fileKey: used for this plaintext only.
    ///   - entropy: where the payload's nonce comes from.
    /// - Returns: the file.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer,
        header: Header,
        fileKey: borrowing FileKey,
        entropy: some EntropySource
    ) -> [UInt8] {
        let nonce = entropy.bytes(PayloadLayout.nonceSize)
        var cipher = PayloadCipher(fileKey: fileKey, nonce: nonce)
        let size = UInt64(plaintext.count)
        let head = header.bytes + nonce
        let payloadSize = Int(PayloadLayout.payloadSize(plaintextSize: size))
        let fileSize = head.count + payloadSize - nonce.count
        let chunkCount = PayloadLayout.chunkCount(plaintextSize: size)
        // Each byte is written once: to clear a large file first costs more than to seal it.
        return unsafe [UInt8](unsafeUninitializedCapacity: fileSize) { buffer, written in
            let file = UnsafeMutableRawBufferPointer(buffer)
            unsafe file.copyBytes(from: head)
            for chunk in 0..<chunkCount {
                let from = Int(chunk) * PayloadLayout.chunkSize
                let to = min(from + PayloadLayout.chunkSize, plaintext.count)
                let sealedFrom = head.count + Int(chunk) * PayloadLayout.sealedChunkSize
                let sealedTo = sealedFrom + to - from + PayloadLayout.tagSize
                unsafe cipher.seal(
                    UnsafeRawBufferPointer(rebasing: plaintext[from..<to]),
                    into: UnsafeMutableRawBufferPointer(rebasing: file[sealedFrom..<sealedTo]),
                    chunk: chunk,
                    isLast: chunk + 1 == chunkCount
                )
            }
            written = fileSize
        }
    }

    /// Seals a plaintext to post-quantum recipients under a fresh file key.
    ///
    /// - Throws: ``KeyError``.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer,
        for recipients: [HybridRecipient],
        paddedTo stanzaCount: Int = 0,
        entropy: some EntropySource
    ) throws(KeyError) -> [UInt8] {
        let fileKey = FileKey(random: entropy)
        let header = try Header(wrapping: fileKey, for: recipients, paddedTo: stanzaCount)
        return unsafe seal(plaintext, header: header, fileKey: fileKey, entropy: entropy)
    }

    /// Seals a plaintext under a passphrase and a fresh file key.
    ///
    /// - Throws: where this machine lacks the memory for the work factor.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer,
        under passphrase: Passphrase,
        workFactor: Int = Passphrase.usualWorkFactor,
        entropy: some EntropySource
    ) throws(PasswordHashingError) -> [UInt8] {
        let fileKey = FileKey(random: entropy)
        let header = try Header(
            wrapping: fileKey,
            under: passphrase,
            workFactor: workFactor,
            entropy: entropy
        )
        return unsafe seal(plaintext, header: header, fileKey: fileKey, entropy: entropy)
    }

    /// Opens a file, armored or not; all of it or nothing.
    ///
    /// - Throws: ``DecryptionError``.
    public static func open(_ file: [UInt8], with identities: [any Identity])
        throws(DecryptionError) -> SecretBytes
    {
        let file = isArmored(file) ? try dearmored(file) : file
        let header = try header(of: file)
        let fileKey = try header.fileKey(for: identities)
        let payload = file[header.bytes.count...]
        guard payload.count >= PayloadLayout.nonceSize else { throw .header(.noPayloadNonce) }
        let nonce = Array(payload.prefix(PayloadLayout.nonceSize))
        guard let size = PayloadLayout.plaintextSize(payloadSize: UInt64(payload.count)) else {
            throw .payload(.truncated)
        }
        var plaintext = SecretBytes(count: Int(size))
        let failure = unsafe plaintext.withMutableBytes { output in
            unsafe payload.dropFirst(nonce.count).withUnsafeBytes { sealed in
                unsafe open(
                    sealed,
                    into: output,
                    with: PayloadOpener(fileKey: fileKey, nonce: nonce)
                )
            }
        }
        if let failure { throw .payload(failure) }
        return plaintext
    }

    /// Whether a file is armored, told from its first two KiB.
    ///
    /// Generous on purpose: what looks like armor and is not strict armor is better refused as that
    /// than as a header.
    public static func isArmored(_ start: some Collection<UInt8>) -> Bool {
        let start = Array(start.prefix(2048))
        guard !start.starts(with: "age-encryption.org/".utf8) else { return false }
        let dashes = Array("-----".utf8)
        return start.indices.contains { start[$0...].starts(with: dashes) }
    }

    private static func dearmored(_ text: [UInt8]) throws(DecryptionError) -> [UInt8] {
        var decoder = ArmorDecoder()
        var file: [UInt8] = []
        do {
            try decoder.decode(text, into: &file)
            try decoder.finish()
        } catch {
            throw .armor(error)
        }
        return file
    }

    private static func header(of file: [UInt8]) throws(DecryptionError) -> Header {
        do throws(HeaderError) {
            var scanner = HeaderScanner()
            guard let size = try scanner.headerSize(in: file) else { throw .truncated }
            return try Header(parsing: Array(file[..<size]))
        } catch {
            throw .header(error)
        }
    }

    private static func open(
        _ sealed: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        with opener: consuming PayloadOpener
    ) -> PayloadError? {
        do throws(PayloadError) {
            var filled = 0
            for start in stride(from: 0, to: sealed.count, by: PayloadLayout.sealedChunkSize) {
                let end = min(start + PayloadLayout.sealedChunkSize, sealed.count)
                let count = end - start - PayloadLayout.tagSize
                try unsafe opener.open(
                    UnsafeRawBufferPointer(rebasing: sealed[start..<end]),
                    into: UnsafeMutableRawBufferPointer(rebasing: output[filled..<(filled + count)])
                )
                filled += count
            }
            try opener.finish()
            return nil
        } catch {
            return error
        }
    }
}
