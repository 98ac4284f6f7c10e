// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Bulk

/// `saksi age inspect`: says what a file shows to anybody.
struct AgeInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what an encrypted file tells without a key.",
        discussion: """
            Nothing of it is authentic: only decrypting checks the header and the sizes.
            """
    )

    @OptionGroup var input: AgeInput

    func run() throws {
        let source = try input.open()
        do { try show(source) } catch let error as DecryptionError { throw Failure(error) }
    }

    private func show(_ source: FileSource) throws {
        let (header, isArmored, payloadSize) = try AgeStream.inspect(source)
        Terminal.result("version: \(Header.version)")
        Terminal.result("armor: \(isArmored ? "yes" : "no")")
        for stanza in header.stanzas { Terminal.result("stanza: \(stanza.type)") }
        Terminal.result("post-quantum: \(header.isPostQuantum ? "yes" : "no")")
        Terminal.result("header: \(header.bytes.count) bytes")
        Terminal.result("payload: \(payloadSize) bytes")
        guard let size = PayloadLayout.plaintextSize(payloadSize: payloadSize) else {
            throw DecryptionError.payload(.truncated)
        }
        Terminal.result("plaintext: \(size) bytes")
    }
}
