// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import Vault
import VaultClient

/// WeasyPrint and ExifTool, as Debian has them.
///
/// Both get evidence to read, which may have been made to harm who reads it: they run from where the
/// system's packages lie, with nothing of this process's environment, and ExifTool cannot write a file. A
/// page names nothing to fetch, and ``typeset`` would refuse to.
struct OutsideTools: DocumentTools {
    let makesPDF: Bool
    let readsMetadata: Bool

    private static let python = Executable.name("python3")
    private static let limiter = Executable.name("prlimit")
    private static let exiftool = "/usr/bin/exiftool"
    /// Files that one run of ExifTool reads.
    private static let batch = 64
    /// Bytes that it may say of them; a file can unfold to any size.
    private static let limit = 64 << 20

    /// Makes sure that the programs are there, before anything is logged for an export.
    ///
    /// - Throws: ``Failure`` that names the package that is missing.
    func requireInstalled() async throws {
        if readsMetadata, !FileManager.default.isExecutableFile(atPath: Self.exiftool) {
            throw Failure(
                "ExifTool is missing: got no \(Self.exiftool)",
                hint: "install the package libimage-exiftool-perl, or export with --no-metadata"
            )
        }
        guard makesPDF else { return }
        let found = try? await runPython(Self.lookUp).terminationStatus
        guard found == .exited(0) else {
            throw Failure(
                "WeasyPrint is missing, which makes the PDF",
                hint: "install the packages weasyprint and fonts-noto-core, or export with --no-pdf"
            )
        }
    }

    private static let lookUp =
        "import importlib.util, sys; sys.exit(importlib.util.find_spec('weasyprint') is None)"

    func pdf(of page: [UInt8], made: UTCTime) async throws -> [UInt8]? {
        guard makesPDF else { return nil }
        let result = try await runPython(
            String(decoding: PackageResources.typeset_py, as: UTF8.self),
            page,
            made: made
        )
        switch result.terminationStatus {
        case .exited(0): return result.standardOutput
        default:
            let why = result.standardError.split(separator: "\n").last ?? "it ended without a word"
            throw Failure(
                "WeasyPrint made no PDF: \(why)",
                hint: "export with --no-pdf for the report as HTML alone"
            )
        }
    }

    private func runPython(
        _ program: String,
        _ input: [UInt8] = [],
        made: UTCTime = UTCTime(seconds: 0)
    ) async throws -> ExecutionResult<Void, BytesOutput, StringOutput<UTF8>> {
        try await Subprocess.run(
            Self.python,
            // Isolated: neither the folder it runs in nor a person's own modules are looked at.
            arguments: ["-I", "-c", program],
            environment: .custom(Self.environment(["SOURCE_DATE_EPOCH": "\(made.seconds)"])),
            input: .array(input),
            output: .bytes(limit: 1 << 30),
            error: .string(limit: 1 << 20)
        )
    }

    func metadata(of paths: [String]) async throws -> [[UInt8]] {
        guard readsMetadata else { return paths.map { _ in [] } }
        var texts: [[UInt8]] = []
        for start in stride(from: 0, to: paths.count, by: Self.batch) {
            let paths = paths[start..<min(start + Self.batch, paths.count)]
            texts += try await read(paths.map { URL(filePath: $0).path })
        }
        return texts
    }

    private func read(_ paths: [String]) async throws -> [[UInt8]] {
        // Without an empty -config, ExifTool runs code from a file in the home folder.
        let options = [
            "--cpu=600", "--fsize=0", "--core=0", Self.exiftool, "-config", "", "-a", "-G1", "-s",
            "-charset", "utf8", "-x", "System:all", "-api", "LargeFileSupport=1", "--",
        ]
        let hint = "export with --no-metadata"
        let result: ExecutionResult<Void, BytesOutput, DiscardedOutput>
        do {
            result = try await Subprocess.run(
                Self.limiter,
                arguments: Arguments(options + paths),
                environment: .custom(Self.environment([:])),
                output: .bytes(limit: Self.limit),
                error: .discarded
            )
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            throw Failure(
                "ExifTool says more than \(Self.limit >> 20) MiB of \(paths.count) files, "
                    + "the first of them \(paths[0])",
                hint: hint
            )
        }
        // 1 says that it could not make something of a file, which the text of that file says too.
        guard [.exited(0), .exited(1)].contains(result.terminationStatus),
            let texts = Self.texts(result.standardOutput, of: paths)
        else {
            throw Failure(
                "ExifTool did not read the files: \(result.terminationStatus)",
                hint: hint
            )
        }
        return texts
    }

    /// Takes apart what was printed of several files, each under a line with its path.
    ///
    /// Lines of facts begin with their group in brackets, and no value holds a line feed. Of a file that
    /// has no format, only the group of ExifTool itself is printed, and nothing is kept.
    static func texts(_ output: [UInt8], of paths: [String]) -> [[UInt8]]? {
        var texts: [[UInt8]] = paths.count == 1 ? [[]] : []
        for line in output.split(separator: UInt8(ascii: "\n")) {
            if texts.count < paths.count, line.elementsEqual("======== \(paths[texts.count])".utf8)
            {
                texts.append([])
            } else if line.first == UInt8(ascii: "["), let last = texts.indices.last {
                texts[last] += line + [UInt8(ascii: "\n")]
            }
        }
        guard texts.count == paths.count else { return nil }
        return texts.map { text in
            let lines = text.split(separator: UInt8(ascii: "\n"))
            return lines.allSatisfy { $0.starts(with: "[ExifTool]".utf8) } ? [] : text
        }
    }

    private static func environment(
        _ more: [Environment.Key: String]
    ) -> [Environment.Key: String] {
        ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"].merging(more) { $1 }
    }
}
