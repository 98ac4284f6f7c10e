// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Bulk
import Foundation
import Secrets

/// `saksi age decrypt`: opens a file with identities or a passphrase.
struct AgeDecrypt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decrypt",
        abstract: "Decrypt a file with identities or a passphrase.",
        discussion: """
            Armor is noticed by itself. On standard output everything is authentic as far as it \
            goes, but only success says that it is complete; with -o there is a file only then.
            """
    )

    @Option(
        name: .shortAndLong,
        help: """
            An identity file, which may itself be encrypted with a passphrase; may be repeated.
            """
    )
    var identity: [String] = []

    @Option(
        help: """
            Read a passphrase from a file, less one line end: for the input, or for encrypted \
            identity files; may be repeated.
            """
    )
    var passphraseFile: [String] = []

    @OptionGroup var output: AgeOutput
    @OptionGroup var input: AgeInput

    func run() throws {
        let passphrases = try passphraseFile.map { try PassphraseInput.file($0) }
        let identities = try identity.flatMap {
            try AgeIdentityFile.identities(at: $0, passphrases: passphrases)
        }
        let source = try input.open()
        try output.write { writer in
            var writer = writer
            do {
                try AgeStream.open(from: source, to: &writer) { header in
                    Self.warn(of: header)
                    if identities.isEmpty, passphrases.isEmpty {
                        return [try Self.askedFor(header)]
                    }
                    return identities + passphrases
                }
            } catch let error as DecryptionError { throw Failure(error) }
        }
    }

    /// The passphrase of a file that is sealed with one, where neither identity nor file was named.
    private static func askedFor(_ header: Header) throws -> Passphrase {
        guard header.isSealedWithPassphrase else {
            throw Failure("no identity was named", hint: "use -i IDENTITY_FILE", status: .usage)
        }
        return try PassphraseInput.terminal("Passphrase: ")
    }

    private static func warn(of header: Header) {
        if header.isMixed {
            Terminal.error(
                "saksi: warning: beside its post-quantum recipients this file has classic ones, "
                    + "through which a quantum computer will open it"
            )
        }
    }
}

/// Identity files on this device.
enum AgeIdentityFile {
    /// The largest identity file that is read, in bytes.
    private static let limit = 1 << 20

    /// Reads identities; asks for a passphrase only where the file is encrypted and none was given.
    static func identities(at path: String, passphrases: [Passphrase]) throws -> [any Identity] {
        let text = try PassphraseInput.secret(at: path, limit: limit)
        let content = unsafe text.withBytes { unsafe Array($0.prefix(64)) }
        guard AgeFile.isArmored(content) || content.starts(with: Header.version.utf8) else {
            return try identities(in: text, path: path)
        }
        let keys =
            passphrases.isEmpty
            ? [try PassphraseInput.terminal("Passphrase for \(path): ")] : passphrases
        let opened = try open(unsafe text.withBytes { unsafe Array($0) }, with: keys, path: path)
        return try identities(in: opened, path: path)
    }

    private static func open(_ file: [UInt8], with keys: [Passphrase], path: String) throws
        -> SecretBytes
    {
        do { return try AgeFile.open(file, with: keys) } catch {
            let reason = error == .noMatch ? "wrong passphrase" : "\(error)"
            throw Failure("identity file \"\(path)\": \(reason)")
        }
    }

    private static func identities(in text: borrowing SecretBytes, path: String) throws
        -> [any Identity]
    {
        do {
            return try unsafe text.withBytes { text throws(IdentityFileError) in
                try unsafe IdentityFile.identities(in: text)
            }
        } catch {
            throw Failure("identity file \"\(path)\": \(error)")
        }
    }
}
