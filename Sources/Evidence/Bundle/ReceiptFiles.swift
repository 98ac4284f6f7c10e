// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

/// The files that show one entry of the log.
///
/// The proof and the entry are enough for a program. The statement, the checkpoint and their
/// signatures are cut out of them, so that openssl can check each with one command.
struct ReceiptFiles {
    /// The suffixes of the names, each with its bytes.
    let files: [(suffix: String, bytes: [UInt8])]

    static let proof = ".tlog-proof"
    static let entry = ".entry"
    static let statement = ".statement"
    static let checkpoint = ".checkpoint"
    static let signature = ".sig"

    /// - Returns: `nil` where the actor's or the log's signature line is missing.
    init?(_ receipt: Receipt, logKey: VerifierKey) {
        let signed = receipt.entry.signed
        let actor = signed.statement.actor.hex
        let head = receipt.proof.checkpoint
        guard let statement = signed.note.signatures.first(where: { $0.name == actor }),
            let checkpoint = head.signatures.first(where: {
                $0.keyID == logKey.keyID && $0.name.utf8.elementsEqual(logKey.name.utf8)
            })
        else { return nil }
        files = [
            (Self.proof, receipt.bytes),
            (Self.entry, receipt.entry.bytes),
            (Self.statement, Array(signed.note.text.utf8)),
            (Self.statement + Self.signature, statement.bytes),
            (Self.checkpoint, Array(head.text.utf8)),
            (Self.checkpoint + Self.signature, checkpoint.bytes),
        ]
    }
}
