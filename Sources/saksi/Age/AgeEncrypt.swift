// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Bulk
import Foundation
import Secrets

/// `saksi age encrypt`: seals a file to recipients or under a passphrase.
struct AgeEncrypt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encrypt",
        abstract: "Encrypt a file to recipients or with a passphrase.",
        discussion: """
            Recipients are post-quantum (age1pq1…). Classic ones (age1…) are there for exchange \
            with older tools; the two kinds do not mix, because one classic recipient would undo \
            what the others protect.
            """
    )

    @Option(
        name: .shortAndLong,
        help: "A recipient; may be repeated."
    )
    var recipient: [String] = []

    @Flag(name: .shortAndLong, help: "Encrypt with a passphrase.")
    var passphrase = false

    @Option(help: "Read the passphrase from a file, less one line end; implies --passphrase.")
    var passphraseFile: String?

    @Flag(name: .shortAndLong, help: "Write text that survives mail.")
    var armor = false

    @OptionGroup var output: AgeOutput
    @OptionGroup var input: AgeInput

    private var usesPassphrase: Bool { passphrase || passphraseFile != nil }

    func validate() throws {
        guard recipient.isEmpty == usesPassphrase else {
            throw ValidationError("Give recipients (-r) or a passphrase (-p), one of the two.")
        }
        if output.isTerminal, !armor {
            throw ValidationError("Binary output is not for a terminal: use -o FILE or --armor.")
        }
    }

    func run() throws {
        try output.write { writer in try seal(to: writer) }
    }

    private func seal(to writer: OverlappedWriter) throws {
        var writer = writer
        let entropy = SystemEntropy()
        let fileKey = FileKey(random: entropy)
        let header = try header(for: fileKey, entropy: entropy)
        let nonce = entropy.bytes(PayloadLayout.nonceSize)
        var source = try input.open()
        guard armor else {
            return try AgeStream.seal(
                from: &source,
                to: &writer,
                header: header,
                fileKey: fileKey,
                nonce: nonce
            )
        }
        var sink = ArmoredSink(writer)
        try AgeStream.seal(
            from: &source,
            to: &sink,
            header: header,
            fileKey: fileKey,
            nonce: nonce
        )
        try sink.finish()
    }

    private func header(for fileKey: borrowing FileKey, entropy: SystemEntropy) throws -> Header {
        if usesPassphrase {
            let passphrase =
                try passphraseFile.map { try PassphraseInput.file($0) }
                ?? PassphraseInput.chosenOnTerminal()
            do {
                return try Header(wrapping: fileKey, under: passphrase, entropy: entropy)
            } catch {
                throw Failure("not enough memory to derive a key from the passphrase")
            }
        }
        do {
            let recipients = try Recipients(parsing: recipient)
            recipients.warn()
            return try Header(wrapping: fileKey, for: recipients, entropy: entropy)
        } catch {
            throw Failure("recipients: \(error)", status: .usage)
        }
    }
}
