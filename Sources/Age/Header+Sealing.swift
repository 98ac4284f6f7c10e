// SPDX-License-Identifier: Apache-2.0

import Encodings
public import Secrets

extension Header {
    /// Wraps a file key for post-quantum recipients: the only kind the vault uses.
    ///
    /// - Parameters:
    ///   - fileKey: one that seals, or sealed, one payload only.
    ///   - recipients: at least one.
    ///   - stanzaCount: with fewer recipients, stanzas to keys that nobody has fill up to this
    ///     many, so that a header does not tell how many people can read the file.
    /// - Throws: `.noRecipient`, or `.invalidPublicKey`.
    public init(
        wrapping fileKey: borrowing FileKey,
        for recipients: [HybridRecipient],
        paddedTo stanzaCount: Int = 0
    ) throws(KeyError) {
        guard !recipients.isEmpty else { throw .noRecipient }
        var stanzas: [Stanza] = []
        for recipient in recipients { stanzas.append(try recipient.stanza(for: fileKey)) }
        while stanzas.count < stanzaCount {
            let unused = FileKey(random: SystemEntropy())
            stanzas.append(try HybridRecipient.throwAway().stanza(for: unused))
        }
        self.init(sealing: stanzas, with: fileKey)
    }

    /// Wraps a file key for classic recipients, which never stand beside post-quantum ones.
    ///
    /// - Throws: `.noRecipient`, or `.invalidPublicKey`.
    public init(
        wrapping fileKey: borrowing FileKey,
        for recipients: [X25519Recipient],
        entropy: some EntropySource
    ) throws(KeyError) {
        guard !recipients.isEmpty else { throw .noRecipient }
        var stanzas: [Stanza] = []
        for recipient in recipients {
            stanzas.append(try recipient.stanza(for: fileKey, entropy: entropy))
        }
        self.init(sealing: stanzas, with: fileKey)
    }

    /// Wraps a file key for recipients as people name them.
    ///
    /// - Throws: `.noRecipient`, or `.invalidPublicKey`.
    public init(
        wrapping fileKey: borrowing FileKey,
        for recipients: Recipients,
        entropy: some EntropySource
    ) throws(KeyError) {
        switch recipients {
        case .postQuantum(let recipients): try self.init(wrapping: fileKey, for: recipients)
        case .classic(let recipients):
            try self.init(wrapping: fileKey, for: recipients, entropy: entropy)
        }
    }

    /// Wraps a file key under a passphrase.
    ///
    /// - Parameters:
    ///   - fileKey: one that seals, or sealed, one payload only.
    ///   - passphrase: the only way to open the file.
    ///   - workFactor: log2 of scrypt's N, 1 to 22; the memory is 1 KiB × 2^workFactor.
    ///   - entropy: where the salt comes from.
    /// - Throws: where this machine lacks the memory.
    public init(
        wrapping fileKey: borrowing FileKey,
        under passphrase: Passphrase,
        workFactor: Int = Passphrase.usualWorkFactor,
        entropy: some EntropySource
    ) throws(PasswordHashingError) {
        precondition((1...Passphrase.highestWorkFactor).contains(workFactor))
        self.init(
            sealing: [
                try passphrase.stanza(for: fileKey, workFactor: workFactor, entropy: entropy)
            ],
            with: fileKey
        )
    }

    /// A header for other recipients over the same payload, which stays as it is.
    ///
    /// File key, nonce and payload are unchanged, so no nonce is used twice. It shuts nobody out who
    /// kept the file key or the old header.
    ///
    /// - Throws: ``DecryptionError`` where the identities do not open this header; ``KeyError`` for
    ///   the recipients.
    public func rewrapped(
        with identities: [any Identity],
        for recipients: [HybridRecipient],
        paddedTo stanzaCount: Int = 0
    ) throws -> Header {
        let fileKey = try fileKey(for: identities)
        return try Header(wrapping: fileKey, for: recipients, paddedTo: stanzaCount)
    }
}
