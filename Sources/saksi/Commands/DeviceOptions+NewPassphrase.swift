// SPDX-License-Identifier: Apache-2.0

import Age
import Secrets
import VaultClient

extension DeviceOptions {
    /// The passphrase that shall seal this device's identity, or opens the one that is there.
    ///
    /// A made passphrase is shown once, just before the identity is written: whoever makes one has what
    /// opens it, and no earlier try left other words on somebody's sheet.
    ///
    /// - Parameters:
    ///   - isChosen: Whether the person is asked for one, where none is in a file.
    ///   - undone: What has not happened when it cannot be shown.
    /// - Returns: The passphrase, and how hard it is to guess.
    /// - Throws: ``Failure`` where there is none, or it cannot be shown.
    func newPassphrase(
        isChosen: Bool,
        undone: String
    ) throws -> (Passphrase, PassphraseStrength) {
        if let bytes = try passphraseFromFile() { return (bytes, .chosen) }
        if try deviceHome.hasIdentity {
            return (try PassphraseInput.terminal("passphrase: "), .chosen)
        }
        if isChosen { return (try PassphraseInput.chosenOnTerminal(), .chosen) }
        let words = try Self.madeWords(
            called: "your passphrase",
            undone: undone,
            hint: "leave stderr to the terminal, or use --choose-passphrase or --passphrase-file"
        )
        Terminal.error(
            "write it down and keep it away from this device: without it nothing here opens, and it "
                + "is not shown again"
        )
        return (words, .words)
    }

    /// Makes a passphrase of 96 bits and shows it.
    ///
    /// - Throws: ``Failure`` where it cannot be shown.
    static func madeWords(called name: String, undone: String, hint: String) throws -> Passphrase {
        let words = PassphraseStrength.makeWords()
        guard Terminal.showsErrors, Terminal.error("\(name): \(words)") else {
            throw Failure("the passphrase that was made cannot be shown: \(undone)", hint: hint)
        }
        return Passphrase(SecretBytes(copying: words.utf8))
    }
}
