// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VaultServer

/// `saksid rotate …`: puts new keys in the place of the daemon's.
struct RotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Put a new key in the place of one of the daemon's.",
        subcommands: [RotateLogKey.self, RotateTLSKey.self]
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

struct RotateLogKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-key",
        abstract: "Hand the log over to a new key.",
        discussion: """
            Makes the next key beside the one in force and prints a handover card, which both have \
            signed: the same card each time. It is public. The vault may be served meanwhile. An \
            administrator puts it into the log with `saksi admin log-key CARD`; from then on both \
            keys sign, and the new one is in force. With --retire, and once the log says so, the old \
            key is destroyed; the vault must not be served meanwhile.
            """
    )

    @OptionGroup var vault: VaultOptions

    @Flag(help: "Destroy the key that is no longer in force.")
    var retire = false

    func run() async throws {
        let configuration = try vault.read()
        if !configuration.coreDumps { try Hardening.forbidCoreDumps() }
        let rotation = LogKeyRotation(configuration)
        if retire {
            try StandardOutput.write("\(try await rotation.retire())\n")
        } else {
            try StandardOutput.write(try await rotation.handOver())
        }
    }
}
