// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import Foundation
import Timestamp
import Vault

/// `saksi timestamp`: requests and tokens of time-stamping authorities (RFC 3161).
struct TimestampCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timestamp",
        abstract: "Ask for time-stamps, and check them (RFC 3161).",
        subcommands: [
            TimestampRequestCommand.self, TimestampVerifyCommand.self, TimestampShowCommand.self,
            TimestampRenewCommand.self,
        ]
    )
}

/// Files that the commands for time-stamps read.
enum TimestampFile {
    /// The largest response, token or request that is read, in bytes.
    static let limit = 1 << 20
    /// The largest file of certificates that is read, in bytes.
    static let certificateLimit = 1 << 26

    /// A response or a bare token.
    static func timestamp(_ path: String) throws -> StoredTimestamp {
        do {
            return try StoredTimestamp(parsing: LogFile.bytes(path, limit: limit))
        } catch let error as TimestampSyntaxError {
            throw Failure("\(path): \(error)")
        }
    }

    /// A request.
    static func request(_ path: String) throws -> TimestampRequest {
        do {
            return try TimestampRequest(parsing: LogFile.bytes(path, limit: limit))
        } catch let error as TimestampSyntaxError {
            throw Failure("\(path): \(error)")
        }
    }

    /// The certificates and revocation lists of some files.
    ///
    /// - Throws: ``Failure`` `.usage`: status 1 would say that what is judged by them is not
    ///   verified.
    static func certificates(_ paths: [String]) throws -> CertificateFile {
        var all = CertificateFile()
        for path in paths {
            do {
                let bytes = try LogFile.bytes(path, limit: certificateLimit)
                all = all + (try CertificateFile(parsing: bytes))
            } catch let failure as Failure {
                throw Failure(failure.message, status: .usage)
            } catch let error as CertificateFileError {
                throw Failure("\(path): \(error)", status: .usage)
            }
        }
        return all
    }

    /// The imprint of a file of any size.
    static func imprint(of path: String, with algorithm: HashAlgorithm) throws -> MessageImprint {
        let source = try FileSource(path: path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { unsafe buffer.deallocate() }
        var hasher = ImprintHasher(algorithm)
        while true {
            let count = try unsafe source.fill(buffer)
            unsafe hasher.update(raw: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            guard count == buffer.count else { return hasher.finalize() }
        }
    }
}
