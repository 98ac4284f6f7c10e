// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing
import TimestampClient

/// A test authority: `Tests/Peers/tsa.py`, with keys of its own, ended when it is let go.
final class TestAuthority {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Peers/tsa.py").path

    let address: AuthorityAddress
    private let folder: String
    private let serving: Process

    /// Makes keys and serves; `options` are those of `tsa.py make`.
    init(_ algorithm: String, in folder: String, _ options: [String] = []) throws {
        self.folder = folder
        let made = Process()
        made.executableURL = URL(filePath: "/usr/bin/env")
        made.arguments = ["python3", Self.script, "make", folder, algorithm] + options
        made.standardError = FileHandle.nullDevice
        try made.run()
        made.waitUntilExit()
        try #require(made.terminationStatus == 0)
        let output = Pipe()
        serving = Process()
        serving.executableURL = made.executableURL
        serving.arguments = ["python3", Self.script, "serve", folder]
        serving.standardOutput = output
        serving.standardError = FileHandle.nullDevice
        try serving.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let url = line.trimmingCharacters(in: .whitespacesAndNewlines)
        address = try #require(AuthorityAddress("\(url)=\(folder)/root.crt"))
    }

    /// The authority, asked to answer in a wrong way.
    func faulty(_ fault: String) throws -> AuthorityAddress {
        try #require(AuthorityAddress("\(address.url)?fault=\(fault)=\(address.roots)"))
    }

    /// Puts it out of order, or back.
    func setDown(_ isDown: Bool) throws {
        let path = "\(folder)/down"
        if isDown {
            try Data().write(to: URL(filePath: path))
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// Revokes the certificate that it stamps with, in new revocation lists.
    func revoke() throws {
        let revoking = Process()
        revoking.executableURL = URL(filePath: "/usr/bin/env")
        revoking.arguments = ["python3", Self.script, "revoke", folder]
        revoking.standardError = FileHandle.nullDevice
        try revoking.run()
        revoking.waitUntilExit()
        try #require(revoking.terminationStatus == 0)
    }

    // A process that a test starts ignores SIGTERM, as the test's threads do.
    deinit { kill(serving.processIdentifier, SIGKILL) }
}
