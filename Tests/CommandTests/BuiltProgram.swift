// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess

/// A program of this package, run as people run it.
struct BuiltProgram {
    /// What a run left behind.
    struct Outcome {
        let status: Int32
        let output: String
        let error: String
    }

    static let saksi = BuiltProgram(name: "saksi")

    let name: String

    /// Programs are built beside the test bundle, which is what is running now.
    private static let folder =
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path

    /// Runs the program to its end; its output may be a mebibyte long.
    func callAsFunction(_ arguments: String...) async throws -> Outcome {
        try await run(arguments)
    }

    /// Runs the program to its end; its output may be a mebibyte long.
    func run(_ arguments: [String]) async throws -> Outcome {
        let result = try await Subprocess.run(
            .name(name),
            arguments: Arguments(arguments),
            environment: .inherit.updating(["PATH": Self.folder]),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        guard case .exited(let status) = result.terminationStatus else {
            return Outcome(status: -1, output: "", error: "\(result.terminationStatus)")
        }
        return Outcome(
            status: status,
            output: result.standardOutput,
            error: result.standardError
        )
    }
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
