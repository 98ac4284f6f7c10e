// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import NIOCore
import Synchronization
import TransparencyLog
import Vault

@testable import VaultClient

/// The log as a malicious operator shows it: it takes in whatever it is given, signed by the log's own
/// key, and keeps back what the operator does not want to be seen.
///
/// Its tiles, receipts and checkpoints are all as they must be. Only what they say is a lie.
final class LawlessLog: Sendable {
    private struct State {
        var leaves: [[UInt8]] = []
        /// The checkpoints that the real daemon published, and those that were forged.
        var published: [UInt64: String] = [:]
        /// Entries that are shown at a path beside those that the real daemon shows there.
        var shown: [String: Set<UInt64>] = [:]
        var hidden: Set<UInt64> = []
        /// Who signs its checkpoints.
        var signers: [NoteSigner]
    }

    private let state: Mutex<State>
    /// The key that is in force when the log is taken over.
    let signer: NoteSigner

    /// Takes over the log of a world, as its folder has it.
    init(of world: World) throws {
        let data = URL(filePath: world.folder.child("data"))
        func read(_ path: String) throws -> [UInt8] {
            Array(try Data(contentsOf: data.appending(path: path)))
        }
        signer = try Self.signer(of: world)
        let note = try SignedNote(parsing: read("checkpoint"))
        let size = try Checkpoint(parsing: note.text).size
        var state = State(signers: [signer])
        while let path = EntryBundlePath(holding: UInt64(state.leaves.count), inTreeOf: size) {
            state.leaves += try EntryBundle(parsing: read(path.path)).entries
        }
        for number in 1...size {
            let text = try? read("checkpoints/\(number / 1000)/\(number)")
            state.published[number] = text.map { String(decoding: $0, as: UTF8.self) }
        }
        self.state = Mutex(state)
    }

    /// What signs a vault's checkpoints.
    static func signer(of world: World) throws -> NoteSigner {
        let path = world.folder.child("data/keys/log.key")
        let key = try String(contentsOfFile: path, encoding: .utf8)
        let fields = key.trimmingCharacters(in: .newlines).split(separator: "+", maxSplits: 4)
        let seed = Base64.padded.decode(fields[4]).map { Array($0.dropFirst()) } ?? []
        return try NoteSigner(name: String(fields[2]), seed: seed)
    }

    var leaves: [[UInt8]] { state.withLock { $0.leaves } }
    var size: UInt64 { UInt64(leaves.count) }

    func add(_ leaf: [UInt8]) { state.withLock { $0.leaves.append(leaf) } }

    /// Adds a statement, accepted when the newest entry was, or when it is said to have been.
    ///
    /// - Parameter paths: Where the entry is shown beside those that the real daemon shows there.
    @discardableResult
    func add(
        _ signed: SignedStatement,
        at accepted: UTCTime? = nil,
        shownAt paths: String...
    ) -> UInt64 {
        state.withLock { state in
            let newest = state.leaves.reversed().lazy.compactMap { try? Entry(parsing: $0) }.first
            let time = accepted ?? newest?.accepted ?? signed.statement.time
            state.leaves.append(Entry(accepting: signed, at: time).bytes)
            let index = UInt64(state.leaves.count - 1)
            for path in paths { state.shown[path, default: []].insert(index) }
            return index
        }
    }

    /// Shows an entry at a path where the real daemon does not.
    func also(_ index: UInt64, shownAt path: String) {
        _ = state.withLock { $0.shown[path, default: []].insert(index) }
    }

    /// Puts another leaf in the place of the newest.
    func replaceNewest(by leaf: [UInt8]) {
        state.withLock { state in
            state.leaves.removeLast()
            state.leaves.append(leaf)
        }
    }

    /// Keeps back all entries of some acts, from now on.
    func hide(where isHidden: (UInt64, Statement) -> Bool) {
        let found = leaves.enumerated().compactMap { place, leaf -> UInt64? in
            guard let statement = try? Entry(parsing: leaf).signed.statement else { return nil }
            return isHidden(UInt64(place), statement) ? UInt64(place) : nil
        }
        state.withLock { $0.hidden.formUnion(found) }
    }

    /// Keeps nothing back from now on.
    func hideNothing() { state.withLock { $0.hidden = [] } }

    /// Forgets, or forges, the checkpoint at a size.
    func publish(_ size: UInt64, root: Hash?) throws {
        let text = try root.map { try note(size: size, root: $0).wholeText }
        state.withLock { $0.published[size] = text }
    }

    /// Has a world's daemon show this log in the place of its own; what is posted goes into this one.
    func show(in world: World) {
        world.liar.lie { exchange in (try? self.answer(to: exchange)) ?? exchange }
    }

    /// Has others sign its checkpoints from now on.
    func sign(with signers: [NoteSigner]) { state.withLock { $0.signers = signers } }

    // MARK: Answers

    private func answer(to exchange: LyingVault.Exchange) throws -> LyingVault.Exchange {
        let path = exchange.path
        if path == "/v1/statements" {
            let signed = try SignedStatement(parsing: Array(exchange.sent.readableBytesView))
            return exchange.with(bytes: Array(try receipt(at: add(signed)).utf8))
        }
        if path == "/checkpoint" { return exchange.with(bytes: try newest().bytes) }
        if path.hasPrefix("/tile/") {
            return try file(path).map { exchange.with(bytes: $0) } ?? exchange
        }
        if path == "/v1/checkpoints" {
            let notes = try history(from: exchange.from)
            return exchange.with(bytes: Array(try JSONEncoder().encode(["checkpoints": notes])))
        }
        if path.hasSuffix("/entries"), let page = exchange.page {
            var indices = Set(page.indices)
            state.withLock { state in
                indices.formUnion(state.shown[path, default: []].filter { $0 >= exchange.from })
                indices.subtract(state.hidden)
            }
            return try exchange.with(EntryPage(receipts: indices.sorted().map(receipt)))
        }
        if path.hasPrefix("/v1/members/") {
            let shown = state.withLock { $0.shown[path]?.max() }
            let index = try shown ?? exchange.receipt?.index
            return try index.map { exchange.with(bytes: Array(try receipt(at: $0).utf8)) }
                ?? exchange
        }
        return exchange
    }

    /// Every tile and bundle of entries, which have their paths as names.
    private func file(_ path: String) throws -> [UInt8]? {
        let (leaves, tiles) = (leaves, tree().1)
        if let tile = tiles.first(where: { "/" + $0.path.path == path }) { return tile.bytes }
        for start in stride(from: 0, to: leaves.count, by: TilePath.fullWidth) {
            guard let bundle = EntryBundlePath(holding: UInt64(start), inTreeOf: size),
                "/" + bundle.path == path
            else { continue }
            var entries = EntryBundle()
            for leaf in leaves[start...].prefix(TilePath.fullWidth) { try entries.append(leaf) }
            return entries.bytes
        }
        return nil
    }

    private func tree() -> (TreeEdge, [Tile]) {
        var edge = TreeEdge()
        for leaf in leaves { edge.append(MerkleTree.leafHash(leaf)) }
        let tiles = edge.flush()
        return (edge, tiles)
    }

    private func history(from: UInt64) throws -> [String] {
        var history = state.withLock { $0.published }
        history[size] = try newest().wholeText
        return history.filter { $0.key >= from }.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The receipt of an entry, under the newest checkpoint.
    func receipt(at index: UInt64) throws -> String {
        let (edge, tiles) = tree()
        var tree = TiledTree(size: edge.size)
        for tile in tiles { try tree.supply(tile) }
        return try TlogProof(
            index: index,
            hashes: tree.inclusionProof(of: index).hashes,
            checkpoint: newest(),
            extra: leaves[Int(index)]
        ).text
    }

    private func newest() throws -> SignedNote {
        let (edge, _) = tree()
        return try note(size: edge.size, root: edge.root)
    }

    /// A checkpoint, signed by whoever signs now.
    func note(size: UInt64, root: Hash) throws -> SignedNote {
        let text = try Checkpoint(origin: signer.verifierKey.name, size: size, root: root).text
        let signers = state.withLock { $0.signers }
        return try SignedNote(text: text, signatures: signers.map { try $0.signature(over: text) })
    }
}

extension SignedNote {
    fileprivate var wholeText: String { String(decoding: bytes, as: UTF8.self) }
}

/// A page of receipts, as it is sent.
struct EntryPage: Codable {
    var receipts: [String]
    var next: UInt64?

    var indices: [UInt64] {
        receipts.compactMap { try? Receipt(parsing: Array($0.utf8)).index }
    }

    /// What the entry with an index does.
    func act(at index: UInt64) -> ActName? {
        receipts.compactMap { try? Receipt(parsing: Array($0.utf8)) }
            .first { $0.index == index }?.entry.signed.statement.act.name
    }

    /// Shows the newest entry before the one that it follows.
    mutating func swapNewest() {
        guard receipts.count > 1 else { return }
        receipts.swapAt(receipts.count - 2, receipts.count - 1)
    }

    mutating func remove(_ index: UInt64) {
        receipts.removeAll { (try? Receipt(parsing: Array($0.utf8)).index) == index }
    }
}

extension LyingVault.Exchange {
    /// From which entry a page was asked for.
    fileprivate var from: UInt64 { UInt64(target.split(separator: "=").last ?? "") ?? 0 }

    /// The answer as a page of entries, if it is one.
    var page: EntryPage? {
        try? JSONDecoder().decode(EntryPage.self, from: Data(body.readableBytesView))
    }

    /// The answer as a receipt.
    fileprivate var receipt: Receipt? {
        get throws { status == 200 ? try Receipt(parsing: Array(body.readableBytesView)) : nil }
    }

    func with(_ page: EntryPage) throws -> Self {
        with(bytes: Array(try JSONEncoder().encode(page)))
    }

    /// A page of entries, changed; other answers as they are.
    func editingEntries(_ edit: (inout EntryPage) -> Void) -> Self {
        guard path.hasSuffix("/entries"), var page else { return self }
        edit(&page)
        return (try? with(page)) ?? self
    }

    /// A page of entries without those of an act.
    func keepingBack(_ act: ActName) -> Self {
        editingEntries { page in
            page.receipts.removeAll { receipt in
                let parsed = try? Receipt(parsing: Array(receipt.utf8))
                return parsed?.entry.signed.statement.act.name == act
            }
        }
    }
}
