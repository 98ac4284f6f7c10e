// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A change of one file.
enum FileChange: CaseIterable {
    case flip
    case cut
    case half
    case empty
    case longer
    case twice
    case turnedRound
    case delete
    case rename

    /// Makes it.
    ///
    /// - Parameter bit: which bit of a byte is flipped.
    func make(_ path: String, bit: Int = 0) throws {
        switch self {
        case .flip: try Mutation.flip(path, bit: bit)
        case .cut: try Mutation.edit(path) { $0.removeLast() }
        case .half: try Mutation.edit(path) { $0.removeLast($0.count - $0.count / 2) }
        case .empty: try Mutation.edit(path) { $0 = [] }
        case .longer: try Mutation.edit(path) { $0.append(UInt8(ascii: "\n")) }
        case .twice: try Mutation.edit(path) { $0 += $0 }
        case .turnedRound:
            try Mutation.edit(path) { bytes in
                let lines = bytes.split(
                    separator: UInt8(ascii: "\n"),
                    omittingEmptySubsequences: false
                )
                bytes = Array(lines.reversed().joined(separator: [UInt8(ascii: "\n")]))
            }
        case .delete: try Mutation.delete(path)
        case .rename: try Mutation.rename(path, to: path + ".x")
        }
    }

    /// Where the article says what refuses it.
    func column(isResealed: Bool) -> MutationTable.Column {
        switch self {
        case .delete: isResealed ? .resealedGone : .gone
        case .rename: isResealed ? .resealedRenamed : .gone
        default: isResealed ? .resealedChanged : .changed
        }
    }
}

/// A change of one field of a file: of a run of letters and digits.
enum FieldChange: CaseIterable {
    case other
    case delete
    case longer
    case half
    case exchange

    /// Where the fields of a file are: at most some of them, from end to end.
    static func fields(of bytes: [UInt8], atMost limit: Int) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        for (place, byte) in bytes.enumerated() where isPart(byte) {
            if let last = fields.last, last.upperBound == place {
                fields[fields.count - 1] = last.lowerBound..<(place + 1)
            } else {
                fields.append(place..<(place + 1))
            }
        }
        guard fields.count > limit else { return fields }
        return (0..<limit).map { fields[$0 * (fields.count - 1) / (limit - 1)] }
    }

    /// The bytes with one field changed.
    ///
    /// - Parameter next: the field that `exchange` puts in its place.
    func apply(to bytes: [UInt8], _ field: Range<Int>, next: Range<Int>) -> [UInt8] {
        var bytes = bytes
        switch self {
        case .other:
            let place = field.lowerBound + field.count / 2
            bytes[place] = Self.neighbour(of: bytes[place])
        case .delete: bytes.removeSubrange(field)
        case .longer: bytes.insert(bytes[field.lowerBound], at: field.lowerBound)
        case .half: bytes.removeSubrange(field.dropFirst(field.count / 2))
        case .exchange: bytes.replaceSubrange(field, with: Array(bytes[next]))
        }
        return bytes
    }

    /// Another letter or digit of the same kind: the file keeps its form wherever that is possible.
    private static func neighbour(of byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "9"), UInt8(ascii: "Z"), UInt8(ascii: "z"), UInt8(ascii: "f"): byte - 1
        default: byte + 1
        }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
