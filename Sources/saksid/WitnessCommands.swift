// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VaultServer

/// `saksid witness`: cosigns other people's logs.
struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Cosign the checkpoints of logs that only grow, for a partner organisation.",
        subcommands: [InitialiseWitness.self, AddLog.self, ServeWitness.self]
    )
}

/// What every command of a witness needs.
struct WitnessOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The witness's folder.", valueName: "dir"))
    var data: String
}

struct InitialiseWitness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a new witness with a key of its own.",
        discussion: """
            Refuses where a witness lies already. Prints the witness's vkey, which goes into the \
            policy files of the logs and of those who read them. A witness is never restored from a \
            copy: it would cosign again what it has cosigned otherwise. Make a new one instead.
            """
    )

    @OptionGroup var witness: WitnessOptions

    @Option(
        help: ArgumentHelp(
            "The witness's name, such as witness.example.org: no spaces, no plus signs.",
            valueName: "name"
        )
    )
    var name: String

    func run() async throws {
        try Hardening.forbidCoreDumps()
        let vkey = try WitnessFolder(witness.data).initialise(name: name)
        try StandardOutput.write("\(vkey)\n")
    }
}

struct AddLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-log",
        abstract: "Make a log known to a witness that is not being served.",
        discussion: """
            A log that is known gets a further key. Prints the log's name: the first part of the \
            path of its cosigned checkpoint.
            """
    )

    @OptionGroup var witness: WitnessOptions

    @Option(help: ArgumentHelp("The log's verifier key.", valueName: "vkey"))
    var vkey: String

    @Option(help: ArgumentHelp("The log's origin, where its key is named otherwise."))
    var origin: String?

    func run() async throws {
        let name = try await WitnessFolder(witness.data).addLog(vkey: vkey, origin: origin)
        try StandardOutput.write("\(name)\n")
    }
}

struct ServeWitness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a witness until SIGTERM or SIGINT.",
        discussion: """
            Plain HTTP: an onion service or a proxy with TLS stands in front. Prints \
            `listening on ADDRESS` when it is ready. Log lines go to stderr.
            """
    )

    @OptionGroup var witness: WitnessOptions

    @Option(
        help: ArgumentHelp(
            "HOST:PORT on loopback, or unix:/path; port 0 picks a free one.",
            valueName: "address"
        )
    )
    var listen = "127.0.0.1:8444"

    func run() async throws {
        guard let address = ListenAddress(written: listen) else {
            throw Failure(
                "--listen: got \"\(listen)\", want HOST:PORT or unix:/path",
                status: .usage
            )
        }
        try Hardening.forbidCoreDumps()
        Allocator.limitArenas()
        let daemon = WitnessDaemon(
            WitnessFolder(witness.data),
            listen: address,
            logger: LogLines.logger(.notice)
        )
        try await daemon.run { line in
            // Nobody has to listen.
            try? StandardOutput.write("\(line)\n")
        }
    }
}
