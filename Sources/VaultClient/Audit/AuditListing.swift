// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
public import Vault

/// Which entries an audit lists: all that match what is not `nil`.
public struct AuditFilter: Sendable {
    /// A case.
    public var caseID: CaseID?
    /// Any of a person's keys.
    public var actor: Fingerprint?
    /// An act.
    public var act: ActName?
    /// The earliest accepted time.
    public var since: UTCTime?

    /// Lists every entry.
    public init() {}

    func matches(_ judged: JudgedEntry, in state: VaultState) -> Bool {
        guard let entry = judged.entry else {
            // Nobody knows what it would match.
            return caseID == nil && actor == nil && act == nil && since == nil
        }
        let statement = entry.signed.statement
        if let caseID, judged.caseID != caseID { return false }
        if let act, statement.act.name != act { return false }
        if let since, entry.accepted < since { return false }
        guard let actor, statement.actor != actor else { return true }
        let person = state.person(of: actor)
        return person != nil && person == state.person(of: statement.actor)
    }
}

/// Entries of the log, and the head under which they are proved.
public struct AuditListing: Encodable, Sendable {
    /// The vault's origin.
    public let vault: String
    /// Entries in the log.
    public let size: UInt64
    /// The root of the log, hexadecimal.
    public let root: String
    /// The signed checkpoint of that size and root.
    public let checkpoint: String
    /// What was asked for, in log order.
    public internal(set) var entries: [AuditedEntry]
}

extension VaultSession {
    /// Lists entries of the log, each judged by the rules at its place.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - caseName: A case by its name or id; takes the place of the filter's.
    ///   - proved: Whether to add each entry's receipt.
    ///   - progress: Told the entries done, of all.
    /// - Returns: The entries, of which the whole log was checked to hold just these.
    /// - Throws: ``ClientError``, as ``audit(fully:witnesses:progress:)``.
    public func auditedEntries(
        _ filter: AuditFilter,
        of caseName: String? = nil,
        proved: Bool = false,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> AuditListing {
        var filter = filter
        if let caseName { filter.caseID = try await resolve(caseName) }
        let audit = try await LogAudit.begin(self)
        var replay = LogReplay()
        var listing = AuditListing(
            vault: log.origin,
            size: audit.head.size,
            root: audit.head.root.hex,
            checkpoint: String(decoding: audit.checkpoint.bytes, as: UTF8.self),
            entries: []
        )
        var leaves: [[UInt8]?] = []
        try await audit.run(&replay) { step in
            for judged in step.entries where filter.matches(judged, in: step.state) {
                listing.entries.append(AuditedEntry(judged, in: step.state))
                if proved { leaves.append(judged.entry?.bytes) }
            }
            if let last = step.entries.last { progress(last.index + 1, audit.head.size) }
        }
        var tree = TiledTree(size: audit.head.size)
        for (place, leaf) in leaves.enumerated() {
            guard let leaf else { continue }
            let index = listing.entries[place].index
            listing.entries[place].receipt = try await audit.receipt(for: leaf, at: index, &tree)
        }
        return listing
    }
}

extension LogAudit {
    /// Proves an entry under the head, from the public tiles.
    fileprivate func receipt(
        for leaf: [UInt8],
        at index: UInt64,
        _ tree: inout TiledTree
    ) async throws -> String {
        do {
            let log = session.log
            try await tree.load(tree.missingTiles(forInclusionOf: index)) { try await log.tile($0) }
            let proof = try tree.inclusionProof(of: index)
            try proof.verify(leaf: MerkleTree.leafHash(leaf), root: head.root)
            return TlogProof(
                index: index,
                hashes: proof.hashes,
                checkpoint: checkpoint,
                extra: leaf
            ).text
        } catch let error as TileError {
            throw ClientError.untrusted("the tiles do not prove entry \(index): \(error)")
        } catch let error as ProofError {
            throw ClientError.untrusted("the tiles do not prove entry \(index): \(error)")
        }
    }
}
