// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import NIOCore
import Synchronization
import TransparencyLog
import Vault

@testable import VaultClient

/// The log as a daemon would serve it that takes in whatever it is given, signed by the log's own key.
struct LawlessLog {
    private(set) var leaves: [[UInt8]] = []
    private let signer: NoteSigner
    /// The checkpoints that the real daemon published, and those that were forged.
    private var published: [UInt64: String] = [:]

    /// Takes over the log of a world, as its folder has it.
    init(of world: World) throws {
        let data = URL(filePath: world.folder.child("data"))
        func read(_ path: String) throws -> [UInt8] {
            Array(try Data(contentsOf: data.appending(path: path)))
        }
        let key = String(decoding: try read("keys/log.key"), as: UTF8.self)
        let fields = key.trimmingCharacters(in: .newlines).split(separator: "+", maxSplits: 4)
        let seed = Base64.padded.decode(fields[4]).map { Array($0.dropFirst()) } ?? []
        signer = try NoteSigner(name: String(fields[2]), seed: seed)
        let note = try SignedNote(parsing: read("checkpoint"))
        let size = try Checkpoint(parsing: note.text).size
        while let path = EntryBundlePath(holding: UInt64(leaves.count), inTreeOf: size) {
            leaves += try EntryBundle(parsing: read(path.path)).entries
        }
        for number in 1...size {
            let text = try? read("checkpoints/\(number / 1000)/\(number)")
            published[number] = text.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    var size: UInt64 { UInt64(leaves.count) }

    mutating func add(_ leaf: [UInt8]) { leaves.append(leaf) }

    /// Adds a statement, accepted when the newest entry was.
    mutating func add(_ signed: SignedStatement) {
        let newest = leaves.reversed().lazy.compactMap { try? Entry(parsing: $0) }.first
        add(Entry(accepting: signed, at: newest?.accepted ?? signed.statement.time).bytes)
    }

    /// Forgets, or forges, the checkpoint at a size.
    mutating func publish(_ size: UInt64, root: Hash?) throws {
        published[size] = try root.map { try note(size: size, root: $0) }
    }

    private func note(size: UInt64, root: Hash) throws -> String {
        let text = try Checkpoint(origin: signer.verifierKey.name, size: size, root: root).text
        let note = try SignedNote(text: text, signatures: [signer.signature(over: text)])
        return String(decoding: note.bytes, as: UTF8.self)
    }

    /// Has a world's daemon show this log in the place of its own.
    func show(in world: World) throws {
        var edge = TreeEdge()
        for leaf in leaves { edge.append(MerkleTree.leafHash(leaf)) }
        let newest = try note(size: size, root: edge.root)
        var answers = ["/checkpoint": Array(newest.utf8)]
        for tile in edge.flush() { answers["/" + tile.path.path] = tile.bytes }
        for start in stride(from: 0, to: leaves.count, by: TilePath.fullWidth) {
            var bundle = EntryBundle()
            for leaf in leaves[start...].prefix(TilePath.fullWidth) { try bundle.append(leaf) }
            let path = EntryBundlePath(holding: UInt64(start), inTreeOf: size)
            guard let path else { continue }
            answers["/" + path.path] = bundle.bytes
        }
        var history = published
        history[size] = newest
        world.liar.lie { [answers, history] exchange in
            var bytes = answers[exchange.target]
            if exchange.target.hasPrefix("/v1/checkpoints?from=") {
                let from = UInt64(exchange.target.split(separator: "=").last ?? "") ?? 0
                let notes = history.filter { $0.key >= from }.sorted { $0.key < $1.key }
                let page = ["checkpoints": notes.map(\.value)]
                bytes = (try? JSONEncoder().encode(page)).map { Array($0) }
            }
            guard let bytes else { return exchange }
            var answer = exchange
            answer.status = 200
            answer.body = ByteBuffer(bytes: bytes)
            return answer
        }
    }
}
