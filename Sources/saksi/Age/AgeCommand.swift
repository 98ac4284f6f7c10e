// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Bulk
import Foundation
import Secrets

/// `saksi age`: seals and opens files on this device, as any age tool does.
struct AgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "age",
        abstract: "Encrypt and decrypt files (age-encryption.org/v1).",
        subcommands: [
            AgeKeygen.self, AgeEncrypt.self, AgeDecrypt.self, AgeInspect.self,
        ]
    )
}

/// Where a command reads.
struct AgeInput: ParsableArguments {
    @Argument(help: "The file to read; standard input where it is absent or '-'.")
    var input: String?

    func open() throws -> FileSource {
        guard let input, input != "-" else {
            return FileSource(descriptor: STDIN_FILENO, named: "standard input")
        }
        return try FileSource(path: input)
    }
}

/// Where a command writes.
struct AgeOutput: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "The file to write, whole or not at all; standard output where it is absent or '-'."
    )
    var output: String?

    @Flag(help: "Replace the output file where it exists.")
    var force = false

    /// Whether results go to a person's terminal.
    var isTerminal: Bool { path == nil && isatty(STDOUT_FILENO) == 1 }

    private var path: String? { output == "-" ? nil : output }

    /// Lets `body` write, and makes a file of it if `body` succeeds.
    ///
    /// On standard output, what was written before an error was thrown is out.
    func write(mode: UInt32 = 0o666, _ body: (OverlappedWriter) throws -> Void) throws {
        guard let path else {
            let writer = OverlappedWriter(descriptor: STDOUT_FILENO, named: "standard output")
            do { try body(writer) } catch {
                try writer.flush()
                throw error
            }
            return try writer.flush()
        }
        let file: OutputFile
        do {
            file = try OutputFile(path: path, replaces: force, mode: mode)
        } catch {
            guard error.isExistingFile else { throw error }
            throw Failure("\"\(path)\" exists", hint: "--force replaces it")
        }
        try body(file.writer)
        try file.commit()
    }
}

extension Failure {
    /// Says of a file that does not open which category that is.
    init(_ error: DecryptionError) {
        self.init("age: \(error)")
    }
}
