// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Timestamp

/// A test authority without a network: `Tests/Peers/tsa.py`, with keys of its own.
struct TestAuthority {
    let root: CertificateFile
    /// That revoke nothing.
    private let lists: CertificateFile
    private let folder: Folder

    init(_ algorithm: String) throws {
        folder = try Folder()
        try Self.run("make", folder.path + "/tsa", algorithm)
        root = try Self.certificates(folder.path + "/tsa/root.crt")
        lists = try Self.certificates(folder.path + "/tsa/lists.pem")
    }

    /// Stamps bytes now.
    func stamp(_ bytes: [UInt8]) throws -> KeptTimestamp {
        let request = TimestampRequest(imprint: MessageImprint(hashing: bytes))
        let (query, answer) = (folder.path + "/query.tsq", folder.path + "/answer.tsr")
        try Data(request.bytes).write(to: URL(filePath: query))
        try Self.run("reply", folder.path + "/tsa", query, answer)
        let response = try TimestampResponse(
            parsing: Array(Data(contentsOf: URL(filePath: answer)))
        )
        let time = try #require(response.token?.info.time.seconds)
        let found = StoredTimestamp.response(response)
            .verify(answering: request, trusting: TimestampTrust(roots: root), at: time)
        #expect(found.violation == nil)
        return try KeptTimestamp(
            response: response,
            chain: found.chain,
            revocationLists: lists.revocationLists
        )
    }

    private static func certificates(_ path: String) throws -> CertificateFile {
        try CertificateFile(parsing: Array(Data(contentsOf: URL(filePath: path))))
    }

    private static func run(_ arguments: String...) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Peers/tsa.py").path
        let run = try Run("python3", [script] + arguments, in: "/")
        try #require(run.status == 0, "\(run.output)")
    }
}
