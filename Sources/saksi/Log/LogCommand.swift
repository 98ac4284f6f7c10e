// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import TransparencyLog

/// `saksi log`: the vault's log between people; and notes, proofs and tiles of any C2SP log.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Compare log heads; check notes, proofs and tiles of transparency logs.",
        subcommands: [
            HeadCommand.self, CompareCommand.self, KeysCommand.self, EndCommand.self,
            VerifyNote.self, VerifyProof.self, VerifyTiles.self,
        ]
    )
}

/// The keys and the origin of the log that a command trusts.
struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("vkey"),
        help: "The log's verifier key; may be repeated, and any of them will do.",
        transform: { try VerifierKey(parsing: $0) }
    )
    var keys: [VerifierKey]

    @Option(help: "The log's origin, where it is not the verifier key's name.")
    var origin: String?

    var logs: [TrustPolicy.Log] { keys.map { TrustPolicy.Log(key: $0, origin: origin) } }
}

/// Reads files that a command was named.
enum LogFile {
    /// All of a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The largest size that is read, in bytes.
    /// - Returns: The bytes.
    /// - Throws: ``Failure``, which names the file.
    static func bytes(_ path: String, limit: Int) throws -> [UInt8] {
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            let data = try file.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw Failure("\(path): larger than \(limit) bytes")
            }
            return Array(data)
        } catch let error as CocoaError {
            throw Failure("\(path): \(Self.reason(error))")
        }
    }

    /// A tlog-policy file.
    ///
    /// - Throws: ``Failure`` `.usage`: status 1 would say that what is judged by it is not verified.
    static func policy(_ path: String) throws -> TrustPolicy {
        do {
            return try TrustPolicy(parsing: bytes(path, limit: TrustPolicy.maximumSize))
        } catch let failure as Failure {
            throw Failure(failure.message, status: .usage)
        } catch {
            throw Failure("\(path): \(error)", status: .usage)
        }
    }

    /// A file of any size, mapped.
    ///
    /// - Throws: ``Failure``, which names the file.
    static func mapped(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        } catch let error as CocoaError {
            throw Failure("\(path): \(Self.reason(error))")
        }
    }

    private static func reason(_ error: CocoaError) -> String {
        switch error.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "no such file"
        case .fileReadNoPermission: "no permission to read"
        default: "cannot be read"
        }
    }
}

extension VerifiedSignature {
    /// One line of a command's result.
    var line: String {
        let key = key.text.split(separator: "+").prefix(2).joined(separator: "+")
        guard let time else { return "signed by \(key)" }
        // The years that RFC 3339 can write; beyond, the number itself.
        let when =
            time < 253_402_300_800
            ? Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
            : "\(time) seconds after 1970"
        return "cosigned by \(key) at \(when)"
    }
}
