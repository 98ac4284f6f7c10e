// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import TransparencyLog
import Vault

/// The private keys of a log that its daemon holds, found by their public keys.
///
/// Which of them signs, the log itself says; see ``LogKeys``. The key of an earlier term signs beside it
/// for as long as it is held, so that whoever knows only that one can follow.
public final class LogSigners: Sendable {
    /// The name of all keys, the log's origin.
    let origin: String
    private let held: Mutex<[NoteSigner]>
    private let read: @Sendable () throws -> [NoteSigner]

    /// Takes the one key of a log.
    public convenience init(_ signer: NoteSigner) {
        self.init([signer], origin: signer.verifierKey.name) { [] }
    }

    /// Takes keys, of which there is at least one, and what reads them again.
    init(
        _ signers: [NoteSigner],
        origin: String,
        reading read: @escaping @Sendable () throws -> [NoteSigner]
    ) {
        self.origin = origin
        held = Mutex(signers)
        self.read = read
    }

    /// The public keys.
    var verifierKeys: [VerifierKey] { held.withLock { $0.map(\.verifierKey) } }

    /// Whether a private key is held; one that was made since is found now.
    func holds(_ key: VerifierKey) -> Bool {
        if verifierKeys.contains(key) { return true }
        // Keys are only added: what signs now is not to be lost with a file that cannot be read.
        for signer in (try? read()) ?? [] {
            held.withLock { held in
                guard !held.contains(where: { $0.verifierKey == signer.verifierKey }) else {
                    return
                }
                held.append(signer)
            }
        }
        return verifierKeys.contains(key)
    }

    /// Signs a checkpoint: a line of each earlier key that is held, the oldest first, and then that of
    /// the key of the checkpoint's size.
    ///
    /// - Returns: `nil` where that key is not held, or nothing was signed.
    func sign(_ checkpoint: Checkpoint, by keys: LogKeys) -> SignedNote? {
        let signers = held.withLock { $0 }
        let text = checkpoint.text
        var lines: [NoteSignature] = []
        for term in keys.terms where term.since <= checkpoint.size {
            guard let signer = signers.first(where: { $0.verifierKey == term.key }) else {
                guard term.key != keys.key(at: checkpoint.size) else { return nil }
                continue
            }
            guard let line = try? signer.signature(over: text) else { return nil }
            lines.append(line)
        }
        return try? SignedNote(text: text, signatures: lines)
    }
}
