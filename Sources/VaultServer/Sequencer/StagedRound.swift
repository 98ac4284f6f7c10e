// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import TransparencyLog

/// Everything that one round will store, and the head it grew from: the staging object.
///
/// It is a text of lines, a blank line, and then the bytes of the objects one after the other:
///
///     saksi/v1 staging
///     previous: <base64 of the signed checkpoint before this round, or "none">
///     object: <path> <size> <SHA-256, hex>        (one line per tile and bundle)
///
/// Each round names the one before it, so start-up can follow the committed rounds back from the lock
/// and never takes the staging object of a round that failed for one of them.
struct StagedRound: Sendable {
    /// One tile or bundle.
    struct Object: Sendable {
        let key: StorageKey
        let bytes: [UInt8]
    }

    /// The signed checkpoint that the round began with; `nil` for the first round of a vault.
    let previous: SignedNote?
    /// The tiles and bundles to be stored.
    let objects: [Object]

    private static let header = "saksi/v1 staging"
}

/// Why bytes are not a staging object.
enum StagedRoundError: Error, Equatable, Sendable {
    /// There is no blank line after the lines, or no header before them.
    case missingHeader
    /// The line for the checkpoint before is not one.
    case malformedPrevious
    /// A line does not name a tile or bundle, a size and a hash.
    case malformedObject(line: Int)
    /// The bytes end early or go on too long.
    case wrongSize(got: Int, want: Int)
    /// The bytes of an object do not match its hash.
    case wrongHash(StorageKey)
}

extension StagedRound {
    /// The bytes as they are stored.
    var bytes: [UInt8] {
        let previous = previous.map { Base64.padded.encode($0.bytes) } ?? "none"
        var text = "\(Self.header)\nprevious: \(previous)\n"
        for object in objects {
            text += "object: \(object.key.path) \(object.bytes.count) "
            text += "\(Hash(hashing: object.bytes).hex)\n"
        }
        var bytes = Array((text + "\n").utf8)
        bytes.reserveCapacity(bytes.count + objects.reduce(0) { $0 + $1.bytes.count })
        for object in objects { bytes.append(contentsOf: object.bytes) }
        return bytes
    }

    /// Reads a staging object, checking each hash.
    ///
    /// - Throws: ``StagedRoundError``; a half-written object never passes.
    init(parsing bytes: [UInt8]) throws(StagedRoundError) {
        let lineFeed = UInt8(ascii: "\n")
        guard
            let blank = bytes.indices.dropFirst().first(where: {
                bytes[$0] == lineFeed && bytes[$0 - 1] == lineFeed
            })
        else { throw .missingHeader }
        let text = String(decoding: bytes[..<(blank - 1)], as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines[0] == Self.header else { throw .missingHeader }
        previous = try Self.previous(lines[1])
        var objects: [Object] = []
        var rest = bytes[(blank + 1)...]
        for (number, line) in lines.enumerated().dropFirst(2) {
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count == 4, fields[0] == "object:",
                let key = StorageKey(path: String(fields[1])),
                let size = Int(fields[2]), size >= 0, let hash = Hash(hex: fields[3])
            else { throw .malformedObject(line: number + 1) }
            guard size <= rest.count else { throw .wrongSize(got: rest.count, want: size) }
            let object = Object(key: key, bytes: Array(rest.prefix(size)))
            guard Hash(hashing: object.bytes) == hash else { throw .wrongHash(key) }
            rest = rest.dropFirst(size)
            objects.append(object)
        }
        guard rest.isEmpty else { throw .wrongSize(got: rest.count, want: 0) }
        self.objects = objects
    }

    private static func previous(
        _ line: Substring
    ) throws(StagedRoundError) -> SignedNote? {
        let prefix = "previous: "
        guard line.hasPrefix(prefix) else { throw .malformedPrevious }
        let value = line.dropFirst(prefix.count)
        if value == "none" { return nil }
        guard let bytes = Base64.padded.decode(value), let note = try? SignedNote(parsing: bytes)
        else { throw .malformedPrevious }
        return note
    }
}
