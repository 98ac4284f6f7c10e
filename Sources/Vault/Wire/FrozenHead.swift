// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// The last head of a vault that was frozen, as a card for whoever makes the vault that takes its place.
///
/// It shows that the log's last entry is a ``Freeze``, and names the key by whose signature that is to be
/// believed: compare it with the key that the old vault's people know. See <doc:FrozenHead>.
public struct FrozenHead: Hashable, Sendable {
    /// The largest card in bytes.
    public static let maximumSize = 256 << 10
    private static let header = "saksi/v1 frozen head"

    /// The key that signed the log's last head.
    public let logKey: VerifierKey
    /// Shows the freeze in the tree that it ends.
    public let receipt: Receipt
    /// Where the log ended.
    public let predecessor: Predecessor
    /// The origin of the vault that takes its place, as the freeze names it.
    public let successor: String?

    /// Takes the receipt of a freeze, and checks it.
    ///
    /// - Parameters:
    ///   - logKey: The key in force at the end of the log.
    ///   - receipt: Of the last entry, with the log's last checkpoint.
    /// - Throws: ``FrozenHeadError``.
    public init(logKey: VerifierKey, receipt: Receipt) throws(FrozenHeadError) {
        let trusted: TrustedCheckpoint
        do {
            trusted = try receipt.verify(by: TrustPolicy(logs: [.init(key: logKey)]))
        } catch {
            throw .receipt(error)
        }
        let act = receipt.entry.signed.statement.act
        guard case .freeze(let freeze) = act else { throw .notFreeze(act.name) }
        let last = trusted.checkpoint
        guard receipt.index + 1 == last.size else {
            throw .notLast(index: receipt.index, size: last.size)
        }
        self.logKey = logKey
        self.receipt = receipt
        predecessor = Predecessor(origin: last.origin, size: last.size, root: last.root)
        successor = freeze.successor
    }

    /// Reads a card, and checks it.
    ///
    /// - Throws: ``FrozenHeadError``; ``FrozenHeadError/line(_:)`` for every spelling but the one that
    ///   ``card`` gives.
    public init(parsing text: String) throws(FrozenHeadError) {
        let (key, bytes): (VerifierKey, [UInt8])
        do {
            (key, bytes) = try Self.read(text)
        } catch {
            throw .line(error)
        }
        let receipt: Receipt
        do {
            receipt = try Receipt(parsing: bytes)
        } catch {
            throw .receipt(error)
        }
        try self.init(logKey: key, receipt: receipt)
    }

    private static func read(_ text: String) throws(LineError) -> (VerifierKey, [UInt8]) {
        var reader = try LineReader(text)
        try reader.header(header)
        let vault = try reader.origin("vault")
        let key = try reader.verifierKey("log-key")
        guard key.name == vault else { throw reader.malformed("log-key", .verifierKey) }
        let bytes = try reader.bytes("freeze")
        try reader.end()
        return (key, bytes)
    }

    /// The head as a file.
    public var card: String {
        var writer = LineWriter(Self.header)
        writer.add("vault", predecessor.origin)
        writer.add("log-key", logKey.text)
        writer.add("freeze", base64: receipt.bytes)
        return writer.text
    }
}

/// Why a text is not the last head of a frozen vault.
public enum FrozenHeadError: Error, Equatable, Sendable {
    /// A line of the card breaks a rule.
    case line(LineError)
    /// The receipt in it is none, or is not proved by the log key on the card.
    case receipt(ReceiptError)
    /// The entry is another act than a freeze.
    case notFreeze(ActName)
    /// The log goes on after the freeze, which no daemon may let it.
    case notLast(index: UInt64, size: UInt64)
}

extension FrozenHeadError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .line(let error): "\(error)"
        case .receipt(let error): "\(error)"
        case .notFreeze(let name): "the entry is no freeze: got the act \"\(name.rawValue)\""
        case .notLast(let index, let size):
            "the log goes on after its freeze: that is entry \(index), and it has \(size) entries"
        }
    }
}
