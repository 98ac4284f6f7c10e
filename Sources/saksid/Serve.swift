// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import TimestampClient
import VaultServer

/// `saksid serve`: runs until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a vault until SIGTERM or SIGINT.",
        discussion: """
            Prints `listening on ADDRESS` when it is ready, and `metrics on ADDRESS` where metrics \
            are configured. Log lines go to stderr. When asked to stop, it ends what it has begun \
            and exits with 0.
            """
    )

    @OptionGroup var vault: VaultOptions

    @Option(
        help: ArgumentHelp(
            "HOST:PORT or unix:/path; port 0 picks a free one.",
            valueName: "address"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "An authority that time-stamps checkpoints, and the file with its roots; may be repeated.",
            valueName: "url=file"
        )
    )
    var tsa: [String] = []

    func run() async throws {
        var configuration = try vault.read()
        if let listen {
            guard let address = ListenAddress(written: listen) else {
                throw Failure(
                    "--listen: got \"\(listen)\", want HOST:PORT or unix:/path",
                    status: .usage
                )
            }
            configuration.listen = address
        }
        if !tsa.isEmpty {
            configuration.tsa = AuthorityList(
                try tsa.map { text in
                    guard let address = AuthorityAddress(text) else {
                        throw Failure("--tsa: got \"\(text)\", want URL=FILE", status: .usage)
                    }
                    return address
                }
            )
        }
        try configuration.validate()
        if !configuration.coreDumps { try Hardening.forbidCoreDumps() }
        Allocator.limitArenas()
        try await Daemon(configuration, logger: LogLines.logger(configuration.logLevel)).run {
            line in
            // Nobody has to listen.
            try? StandardOutput.write("\(line)\n")
        }
    }
}
