// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings
public import TransparencyLog

/// What a device must know of a vault before the first contact: how to reach it, and what to expect there.
public struct VaultContact: Hashable, Sendable {
    /// Where the vault answers: an `https` URL, or the path of a Unix socket.
    public let address: String
    /// The key that signs the log's checkpoints, named for the vault.
    public let logKey: VerifierKey
    /// The SHA-256 of each key that the daemon may show in TLS, ascending: one, or two while it changes.
    public let tlsKeys: [Hash]
    /// The leaf hash of the first entry.
    public let genesis: Hash

    /// Puts it together; what it says is judged when it goes into an ``Invitation`` or a ``Welcome``.
    public init(address: String, logKey: VerifierKey, tlsKeys: [Hash], genesis: Hash) {
        self.address = address
        self.logKey = logKey
        self.tlsKeys = tlsKeys
        self.genesis = genesis
    }

    init(reading reader: inout LineReader) throws(LineError) {
        let vault = try reader.origin("vault")
        address = try reader.address("address")
        logKey = try reader.verifierKey("log-key")
        guard logKey.name == vault else { throw reader.malformed("log-key", .verifierKey) }
        tlsKeys = try reader.hashes("tls-key")
        guard tlsKeys.count <= 2 else { throw reader.malformed("tls-key", .range) }
        genesis = try reader.hash("genesis")
    }

    /// The vault's origin.
    public var vault: String { logKey.name }

    func write(to writer: inout LineWriter) {
        writer.add("vault", vault)
        writer.add("address", address)
        writer.add("log-key", logKey.text)
        writer.add("tls-key", tlsKeys)
        writer.add("genesis", genesis)
    }
}

/// A log's size and root, as somebody saw them.
public struct LogHead: Hashable, Sendable {
    /// Entries.
    public let size: UInt64
    /// The root hash.
    public let root: Hash

    /// Takes what a checkpoint vouches for.
    public init(size: UInt64, root: Hash) {
        self.size = size
        self.root = root
    }
}

extension LineReader {
    fileprivate mutating func address(_ key: String) throws(LineError) -> String {
        let address = String(try value(key))
        guard (1...500).contains(address.utf8.count),
            address.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw malformed(key, .address) }
        return address
    }

    mutating func head(_ key: String) throws(LineError) -> LogHead {
        let head = try fields(key, count: 2)
        guard let size = Decimal.value(head[0]) else { throw malformed(key, .decimal) }
        guard let root = Base64.padded.decode(head[1]).flatMap({ Hash($0) }) else {
            throw malformed(key, .base64)
        }
        return LogHead(size: size, root: root)
    }
}

extension LineWriter {
    mutating func add(_ key: String, _ head: LogHead) {
        add(key, "\(head.size) \(Base64.padded.encode(head.root.bytes))")
    }
}
