// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VaultServer

/// `saksid rotate …`: puts new keys in the place of the daemon's.
struct RotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Put a new key in the place of one of the daemon's.",
        subcommands: [RotateTLSKey.self]
    )
}

struct RotateTLSKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tls-key",
        abstract: "Make the next TLS key, or put it in the place of the one in use.",
        discussion: """
            Members' devices take the keys that the vault's policy names. First make the next key, \
            while the vault is served, and have administrators let the policy name both: the \
            command for them is printed. Wait until every device has been in touch; one that was \
            not must be told the new key by a person. Then stop the vault, run this again with \
            --switch, and serve it. At last have administrators drop the old key.
            """
    )

    @OptionGroup var vault: VaultOptions

    @Flag(
        name: .customLong("switch"),
        help: "Use the next key from the next start on; refused until the policy names it."
    )
    var takesNext = false

    func run() async throws {
        let configuration = try vault.read()
        try configuration.validate()
        if !configuration.coreDumps { try Hardening.forbidCoreDumps() }
        let rotation = TLSRotation(configuration)
        let lines: [String]
        if takesNext {
            let logger = LogLines.logger(configuration.logLevel)
            let keys = try await rotation.takeNext(logger: logger)
            lines = [
                "before: \(keys.current)", "in use: \(keys.next)",
                "then:   saksi admin policy --drop-tls-key \(keys.current)",
            ]
        } else {
            let keys = try rotation.prepare()
            lines = [
                "in use: \(keys.current)", "next:   \(keys.next)",
                "then:   saksi admin policy --add-tls-key \(keys.next)",
            ]
        }
        try StandardOutput.write(lines.joined(separator: "\n") + "\n")
    }
}
