// SPDX-License-Identifier: Apache-2.0

import Timestamp
import Vault

extension Instructions {
    /// How to check the time-stamps of the log; empty where there are none.
    var stampSteps: String {
        guard !stamps.isEmpty else { return "" }
        var text = """

            STEP 14. When it was in the log at the latest. Authorities time-stamped these checkpoints of the log, each on
            its day; the entries named here were in its tree. Compare each root certificate with the one that the
            authority publishes.


            """
        for stamp in stamps {
            let stem = StampedCheckpoint.stem(stamp.size)
            let note = stem + StampedCheckpoint.suffix
            for (place, kept) in stamp.tokens.enumerated() {
                let files = TokenFiles.beside(stem, place + 1)
                text += """
                        \(files.command(over: note, kept))

                    """
            }
            for receipt in stamp.receipts {
                let proof = StampedCheckpoint.proof(of: receipt.index, in: stamp.size)
                let statement = receipt.entry.signed.statement
                guard let shown = receipts.first(where: { $0.statement == statement }) else {
                    continue
                }
                text += """
                        cmp \(proof).entry \(shown.stem).entry
                        sed '/^$/,$d' \(note) | cmp - \(proof).checkpoint
                        included \(proof)

                    """
            }
        }
        return text
    }
}
