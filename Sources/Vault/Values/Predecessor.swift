// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// The vault whose place another one takes, by the head at which its log ended.
///
/// Who knows that vault can tell from the root whether it is the same: there is one head with a `freeze`
/// as its last entry.
public struct Predecessor: Hashable, Sendable {
    /// The name of its log.
    public let origin: String
    /// Entries in its log; the last one is the ``Freeze``.
    public let size: UInt64
    /// The root of the tree over them.
    public let root: Hash

    /// Names a vault that ended.
    public init(origin: String, size: UInt64, root: Hash) {
        self.origin = origin
        self.size = size
        self.root = root
    }
}

extension Predecessor {
    private static let key = "predecessor"

    /// Reads the line, where it is the next one.
    static func read(_ reader: inout LineReader) throws(LineError) -> Predecessor? {
        guard reader.isNext(key) else { return nil }
        let fields = try reader.fields(key, count: 3)
        guard Origin.isWellFormed(fields[0]), let size = Decimal.value(fields[1]), size > 0,
            let root = Hash(hex: fields[2])
        else { throw reader.malformed(key, .fields) }
        return Predecessor(origin: fields[0], size: size, root: root)
    }

    func write(to writer: inout LineWriter) {
        writer.add(Self.key, [origin, String(size), root.hex])
    }
}
