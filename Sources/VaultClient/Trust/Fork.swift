// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Secrets
import Vault

/// Signed heads that cannot be of one log: what shows to others that the vault lied to somebody.
///
/// Kept in `forks/`, a file for each, sealed to the identity: on a seized device they name no vault.
public struct Fork: Codable, Equatable, Sendable {
    /// When it was found, by this device's clock.
    public let time: String
    /// What was found, in one sentence without a full stop.
    public let finding: String
    /// The heads, each a line that ``SignedHead`` reads.
    public let heads: [String]

    private static let maximumSize = 1 << 16

    /// Takes note of heads that contradict each other.
    init(_ heads: [SignedHead], finding: String) {
        time = UTCTime(seconds: VaultClock.deviceTime).text
        self.finding = finding
        self.heads = heads.map(\.line)
    }

    /// Keeps it, once for the same heads.
    func keep(in home: DeviceHome, for identity: DeviceIdentity) throws {
        let name = Hash(hashing: heads.joined(separator: "\n").utf8).hex.prefix(16)
        let file = home.forks.appending("\(name).age")
        guard !file.exists else { return }
        try DurableFile.makeFolder(home.forks)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = Array(try encoder.encode(self))
        let sealed = try unsafe json.withUnsafeBytes { try unsafe identity.seal($0) }
        try DurableFile.write(sealed, to: file)
    }

    /// All that were kept, the oldest first.
    ///
    /// - Throws: ``ClientError`` for one that was damaged: it may be the only proof.
    static func all(in home: DeviceHome, for identity: DeviceIdentity) throws -> [Fork] {
        try DurableFile.names(in: home.forks).filter { $0.hasSuffix(".age") }.map { name in
            let file = home.forks.appending(name)
            do {
                let sealed = try DurableFile.read(file, limit: maximumSize) ?? []
                let json = try identity.open(sealed)
                return try JSONDecoder().decode(
                    Fork.self,
                    from: unsafe json.withBytes { unsafe Data($0) }
                )
            } catch let error as FileError {
                throw error
            } catch {
                throw ClientError(
                    .failed,
                    "what this device kept of a fork was altered: \"\(file.text)\"",
                    hint: "put it back from a copy"
                )
            }
        }.sorted { $0.time < $1.time }
    }
}
