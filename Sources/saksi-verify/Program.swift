// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import Encodings
import Evidence
import Glibc
import Timestamp
import TransparencyLog
import VerifyOptions

/// `saksi-verify BUNDLE`: what `saksi verify` does, and nothing else, to hand to the other side.
struct SaksiVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "saksi-verify",
        abstract: "Check a bundle of evidence offline, step by step.",
        discussion: VerifyOptions.discussion + """


            Exits with 0 when the bundle is verified, 1 when it is not, 2 for a wrong command line.
            """,
        version: "0.1.0"
    )

    @OptionGroup var options: VerifyOptions

    func run() throws {
        let report = try options.report(policy: Self.policy, roots: Self.roots)
        let lines = report.lines.map { VisibleText.spelled($0) + "\n" }.joined()
        try Output.standard.write(options.json ? VisibleText.json(report.json) + "\n" : lines)
        guard report.isVerified else {
            throw Complaint("not verified: \(report.failures.joined(separator: ", "))", status: 1)
        }
    }

    private static func policy(_ path: String) throws -> TrustPolicy {
        try read(path, limit: TrustPolicy.maximumSize) { try TrustPolicy(parsing: $0) }
    }

    private static func roots(_ paths: [String]) throws -> CertificateFile {
        try paths.reduce(CertificateFile()) { all, path in
            all + (try read(path, limit: 1 << 26) { try CertificateFile(parsing: $0) })
        }
    }

    /// What is judged by a file that cannot be read is not refused: the command line was wrong.
    private static func read<Value>(
        _ path: String,
        limit: Int,
        _ parse: ([UInt8]) throws -> Value
    ) throws -> Value {
        do {
            return try parse(try FileSource(path: path).bytes(limit: limit))
        } catch let error as FileError {
            throw Complaint("\(error)", status: 2)
        } catch {
            throw Complaint("\(path): \(error)", status: 2)
        }
    }
}

/// Why the program does not end with 0.
private struct Complaint: Error {
    let message: String
    let status: Int32

    init(_ message: String, status: Int32) {
        self.message = message
        self.status = status
    }
}

/// Where a text goes.
private struct Output {
    static let standard = Output(descriptor: STDOUT_FILENO)
    static let error = Output(descriptor: STDERR_FILENO)

    let descriptor: CInt

    /// Half a report must not pass for a whole one.
    func write(_ text: String) throws(Complaint) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                throw Complaint("not all of the report was written", status: 1)
            }
        }
    }
}

@main
enum Program {
    /// Every error ends here: one that left `main` would end in SIGILL, not in an exit status.
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try SaksiVerify.parseAsRoot()
            try command.run()
            exit(0)
        } catch let complaint as Complaint {
            fail(complaint)
        } catch {
            let text = SaksiVerify.fullMessage(for: error) + "\n"
            guard SaksiVerify.exitCode(for: error) == .success else {
                fail(Complaint(SaksiVerify.message(for: error), status: 2))
            }
            do throws(Complaint) { try Output.standard.write(text) } catch { fail(error) }
            exit(0)
        }
    }

    private static func fail(_ complaint: Complaint) -> Never {
        try? Output.error.write("saksi-verify: error: \(VisibleText.spelled(complaint.message))\n")
        exit(complaint.status)
    }
}
