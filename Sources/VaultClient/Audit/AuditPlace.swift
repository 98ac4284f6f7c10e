// SPDX-License-Identifier: Apache-2.0

import Bulk
import Secrets
import TransparencyLog
import Vault

/// Up to where a device has audited the log, and found nothing.
///
/// In `vault.age`, which only this device's identity writes; `audit.age` holds the replay itself.
struct AuditPlace: Codable, Equatable, Sendable {
    let head: Head
    /// The SHA-256 of the replay's snapshot, hexadecimal.
    let snapshot: String
}

extension LogAudit {
    /// Millions of entries.
    private static let maximumSize = 1 << 31

    /// The replay that this device remembers; an empty one where it remembers none.
    ///
    /// What is damaged, or left from an interrupted write, costs a replay from the first entry.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where the log does not begin with what was audited.
    func remembered() async throws -> LogReplay {
        guard let place = await session.trust.state.audited,
            let sealed = try DurableFile.read(session.home.audit, limit: Self.maximumSize),
            let opened = try? session.identity.open(sealed)
        else { return LogReplay() }
        let bytes = unsafe opened.withBytes { unsafe Array($0) }
        guard Hash(hashing: bytes).hex == place.snapshot else { return LogReplay() }
        let log = session.log
        let edge: TreeEdge
        do {
            edge = try await TreeEdge(size: place.head.size) { try await log.tile($0) }
        } catch let error as TileError {
            throw ClientError.untrusted("a tile of the log is malformed: \(error)")
        }
        guard edge.root == place.head.root else {
            throw ClientError.untrusted(
                "the log was forked: its first \(place.head.size) entries are not those that this "
                    + "device audited"
            )
        }
        return (try? LogReplay(parsing: bytes, edge: edge)) ?? LogReplay()
    }

    /// Remembers a replay of a log that is clean so far.
    func remember(_ replay: LogReplay) async throws {
        let bytes = replay.bytes
        let sealed = try unsafe bytes.withUnsafeBytes { try unsafe session.identity.seal($0) }
        try DurableFile.write(sealed, to: session.home.audit)
        let place = AuditPlace(
            head: Head(size: replay.size, root: replay.root),
            snapshot: Hash(hashing: bytes).hex
        )
        try await session.trust.update { $0.audited = place }
    }
}
