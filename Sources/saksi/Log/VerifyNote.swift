// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import TransparencyLog

/// `saksi log verify-note`: checks any signed note.
struct VerifyNote: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-note",
        abstract: "Check the signatures of a signed note.",
        discussion: """
            Every signature by one of the keys must verify, and at least one must be there. \
            Signatures by other keys are listed and not judged.
            """
    )

    @Option(
        name: .customLong("vkey"),
        help: "A verifier key that is trusted; may be repeated.",
        transform: { try VerifierKey(parsing: $0) }
    )
    var keys: [VerifierKey]

    @Argument(help: "The note.")
    var file: String

    func run() throws {
        let bytes = try LogFile.bytes(file, limit: SignedNote.maximumSize)
        let note = try SignedNote(parsing: bytes)
        let verified = try note.verified(by: keys)
        for signature in verified { Terminal.result(signature.line) }
        let unchecked = note.signatures.filter { line in
            !verified.contains { $0.key.name == line.name && $0.key.keyID == line.keyID }
        }
        for signature in unchecked { Terminal.result("not checked: \(signature.name)") }
    }
}
