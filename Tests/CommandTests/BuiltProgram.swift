// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess

/// A program of this package, run as people run it.
struct BuiltProgram {
    /// What a run left behind; a status below zero is the signal that ended it.
    struct Outcome {
        let status: Int32
        let output: String
        let error: String
    }

    static let saksi = BuiltProgram(name: "saksi")
    static let saksid = BuiltProgram(name: "saksid")

    let name: String

    /// Programs are built beside the test bundle, which is what is running now.
    private static let folder =
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path

    /// Runs the program to its end; its output may be a mebibyte long.
    func callAsFunction(_ arguments: String...) async throws -> Outcome {
        try await run(arguments)
    }

    /// Runs the program to its end; its output may be a mebibyte long.
    ///
    /// - Parameters:
    ///   - environment: variables beside, or in place of, those of this process
    ///   - meanwhile: what is done while it runs
    func run(
        _ arguments: [String],
        environment: [Environment.Key: String?] = [:],
        meanwhile: (Running) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        let result = try await Subprocess.run(
            .name(name),
            arguments: Arguments(arguments),
            environment: Self.environment.updating(environment),
            input: .none,
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        ) { execution in
            let running = Running(pid: execution.processIdentifier.value)
            do {
                try await meanwhile(running)
            } catch {
                running.send(SIGKILL)
                throw error
            }
        }
        return Outcome(
            status: Self.status(result.terminationStatus),
            output: result.standardOutput,
            error: result.standardError
        )
    }

    /// Starts a daemon, does something while it serves, and asks it to end.
    ///
    /// It is killed where the test fails, so that no run leaves one behind.
    ///
    /// - Throws: ``NotServing`` where it ended instead of listening, and what `body` throws
    func serve(
        _ arguments: [String],
        _ body: (Running) async throws -> Void
    ) async throws -> Outcome {
        let result = try await Subprocess.run(
            .name(name),
            arguments: Arguments(arguments),
            environment: Self.environment,
            input: .none,
            output: .sequence,
            error: .string(limit: 1 << 20)
        ) { execution in
            let running = Running(pid: execution.processIdentifier.value)
            do {
                var lines = execution.standardOutput.strings().makeAsyncIterator()
                let first = try await lines.next() ?? ""
                if first.hasPrefix("listening on ") { try await body(running) }
                running.send(SIGTERM)
                return first
            } catch {
                running.send(SIGKILL)
                throw error
            }
        }
        let outcome = Outcome(
            status: Self.status(result.terminationStatus),
            output: result.closureResult,
            error: result.standardError
        )
        guard outcome.output.hasPrefix("listening on ") else {
            throw NotServing(outcome: outcome)
        }
        return outcome
    }

    private static var environment: Environment {
        .inherit.updating(["PATH": folder + ":/usr/bin:/bin", "COLUMNS": nil])
    }

    private static func status(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }
}

/// A program that has not been waited for yet, so its process id is still its own.
struct Running: Sendable {
    let pid: pid_t

    func send(_ signal: Int32) { _ = kill(pid, signal) }
}

/// A daemon ended instead of listening.
struct NotServing: Error {
    let outcome: BuiltProgram.Outcome
}

/// A folder that is gone when the test is over.
struct TemporaryFolder: ~Copyable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "saksi-test-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of a file in the folder.
    func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes a file, and the folders above it.
    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
        return file.path
    }
}
