// SPDX-License-Identifier: Apache-2.0

public import Timestamp
public import TransparencyLog
public import Vault

/// A checkpoint of the vault's log that authorities time-stamped, and the entries of a bundle that its
/// tree holds: they were there before the time of the stamps.
public struct StampedCheckpoint: Sendable {
    /// The number of entries of its tree.
    public let size: UInt64
    /// The signed note, byte for byte what was stamped.
    public let note: [UInt8]
    /// One of each authority.
    public let tokens: [KeptTimestamp]
    /// Entries, proved in the tree of this very checkpoint.
    public let receipts: [Receipt]

    /// Puts together what was checked before.
    ///
    /// It is `nil` where the note is no checkpoint, or a receipt has another.
    ///
    /// - Parameters:
    ///   - note: what was stamped.
    ///   - tokens: the time-stamps of its bytes.
    ///   - receipts: entries, whose checkpoint it is.
    public init?(note: SignedNote, tokens: [KeptTimestamp], receipts: [Receipt]) {
        guard let checkpoint = try? Checkpoint(parsing: note.text),
            receipts.allSatisfy({ $0.proof.checkpoint.text == note.text })
        else { return nil }
        size = checkpoint.size
        self.note = note.bytes
        self.tokens = tokens
        self.receipts = receipts
    }

    /// Its files in the bundle, by path.
    var files: [String: [UInt8]] {
        let stem = Self.stem(size)
        var files = [stem + Self.suffix: note]
        for (place, kept) in tokens.enumerated() {
            files.merge(TokenFiles.beside(stem, place + 1).bytes(of: kept)) { first, _ in first }
        }
        for receipt in receipts {
            for (suffix, bytes) in Self.proofFiles(of: receipt) {
                files[Self.proof(of: receipt.index, in: size) + suffix] = bytes
            }
        }
        return files
    }

    /// What shows an entry in the tree, by the suffixes of a receipt's files.
    static func proofFiles(of receipt: Receipt) -> [(suffix: String, bytes: [UInt8])] {
        [
            (ReceiptFiles.proof, receipt.bytes),
            (ReceiptFiles.entry, receipt.entry.bytes),
            (ReceiptFiles.checkpoint, Array(receipt.proof.checkpoint.text.utf8)),
        ]
    }

    /// The beginning of the names of those files.
    static func proof(of index: UInt64, in size: UInt64) -> String { "\(stem(size)).\(index)" }

    static let suffix = ".txt"
    static func stem(_ size: UInt64) -> String { "\(BundleLayout.stamped)\(size)" }
}
