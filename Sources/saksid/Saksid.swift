// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import VaultServer

/// The daemon: takes statements and ciphertext in, logs, proves and hands out; it can read nothing.
struct Saksid: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "saksid",
        abstract: "Keep a vault: a log of signed statements and the sealed evidence they name.",
        version: "0.1.0",
        subcommands: [
            Initialise.self, Serve.self, Check.self, RotateCommand.self, WitnessCommand.self,
        ]
    )
}

/// What every command needs to find and read a vault.
struct VaultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The vault's folder.", valueName: "dir"))
    var data: String

    @Option(help: ArgumentHelp("A configuration file of `key = value` lines.", valueName: "file"))
    var config: String?

    /// The configuration: defaults, then the file, then the environment.
    func read() throws -> ServerConfiguration {
        var configuration = ServerConfiguration(data: data)
        if let config {
            let text: String
            do {
                text = try String(contentsOfFile: config, encoding: .utf8)
            } catch {
                throw Failure("configuration file \"\(config)\" cannot be read", status: .usage)
            }
            try configuration.apply(file: text)
        }
        try configuration.apply(environment: ProcessInfo.processInfo.environment)
        return configuration
    }
}
