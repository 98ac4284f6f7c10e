// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// What administrators decide together: how many of them each act needs, and whose keys and clocks the
/// vault relies on.
///
/// The lines of the act `policy`, after its first two, and of the snapshot of a state.
public struct Policy: Hashable, Sendable {
    /// A log witness: who cosigns checkpoints, and where.
    public struct Witness: Hashable, Sendable {
        /// Its key, of type 0x04.
        public let key: VerifierKey
        /// The prefix of its addresses (c2sp.org/tlog-witness), 1 to 500 bytes.
        public let url: String

        /// Names a witness.
        public init(key: VerifierKey, url: String) {
            self.key = key
            self.url = url
        }
    }

    /// A time stamping authority (RFC 3161).
    public struct Timestamper: Hashable, Sendable {
        /// The SHA-256 of its root certificate in DER.
        public let root: Hash
        /// Where it answers, 1 to 500 bytes.
        public let url: String

        /// Names a time stamping authority.
        public init(root: Hash, url: String) {
            self.root = root
            self.url = url
        }
    }

    /// How many administrators sign an act of a class, where it is more than one.
    public var quorums: [QuorumClass: UInt64]
    /// The SHA-256 of each key that the daemon may show in TLS, ascending: one, or two while the key
    /// changes.
    public var tlsKeys: [Hash]
    /// The witnesses, in the order of their keys' texts.
    public var witnesses: [Witness]
    /// How many of them make a checkpoint a witnessed one; at most as many as there are.
    public var witnessQuorum: UInt64
    /// The time stamping authorities, in the order of their roots.
    public var timestampers: [Timestamper]
    /// The keys that may seal exports, ascending; any key where there are none.
    public var exportKeys: [ExportKey]

    /// What holds before anybody decided anything: one administrator is enough, and nobody witnesses.
    public init(tlsKey: Hash) {
        quorums = [:]
        tlsKeys = [tlsKey]
        witnesses = []
        witnessQuorum = 0
        timestampers = []
        exportKeys = []
    }

    /// How many administrators sign an act of a class.
    public func quorum(of kind: QuorumClass) -> UInt64 { quorums[kind] ?? 1 }
}

extension Policy {
    init(reading reader: inout LineReader) throws(LineError) {
        quorums = try Self.quorums(&reader)
        tlsKeys = try reader.hashes("tls-key")
        guard tlsKeys.count <= 2 else { throw reader.malformed("tls-key", .range) }
        witnesses = []
        while reader.isNext("witness") {
            let witness = try Witness(reading: &reader)
            if let last = witnesses.last, last.key.text >= witness.key.text {
                throw reader.malformed("witness", .ascending)
            }
            witnesses.append(witness)
        }
        witnessQuorum = try reader.decimal("witness-quorum")
        guard witnessQuorum <= witnesses.count else {
            throw reader.malformed("witness-quorum", .range)
        }
        timestampers = []
        while reader.isNext("tsa") {
            let timestamper = try Timestamper(reading: &reader)
            if let last = timestampers.last, last.root >= timestamper.root {
                throw reader.malformed("tsa", .ascending)
            }
            timestampers.append(timestamper)
        }
        exportKeys = try reader.list("export-key") { reader throws(LineError) in
            try reader.exportKey("export-key")
        }
    }

    private static func quorums(
        _ reader: inout LineReader
    ) throws(LineError) -> [QuorumClass: UInt64] {
        var quorums: [QuorumClass: UInt64] = [:]
        var last: QuorumClass?
        while reader.isNext("quorum") {
            let fields = try reader.fields("quorum", count: 2)
            guard let kind = QuorumClass(rawValue: fields[0]) else {
                throw reader.malformed("quorum", .word)
            }
            if let last, last >= kind { throw reader.malformed("quorum", .ascending) }
            // One signature is what holds without a line: each policy has one spelling.
            guard let count = Decimal.value(fields[1]), count >= 2 else {
                throw reader.malformed("quorum", .range)
            }
            quorums[kind] = count
            last = kind
        }
        return quorums
    }

    func write(to writer: inout LineWriter) {
        for (kind, count) in quorums.sorted(by: { $0.key < $1.key }) where count != 1 {
            writer.add("quorum", [kind.rawValue, String(count)])
        }
        writer.add("tls-key", tlsKeys)
        for witness in witnesses { writer.add("witness", [witness.key.text, witness.url]) }
        writer.add("witness-quorum", witnessQuorum)
        for tsa in timestampers { writer.add("tsa", [tsa.root.hex, tsa.url]) }
        for key in exportKeys { writer.add("export-key", key.description) }
    }
}

extension Policy.Witness {
    fileprivate init(reading reader: inout LineReader) throws(LineError) {
        let fields = try reader.fields("witness", count: 2)
        guard let key = try? VerifierKey(parsing: fields[0]), key.algorithm == .cosignatureV1 else {
            throw reader.malformed("witness", .witnessKey)
        }
        self.init(key: key, url: try reader.address(fields[1], of: "witness"))
    }
}

extension Policy.Timestamper {
    fileprivate init(reading reader: inout LineReader) throws(LineError) {
        let fields = try reader.fields("tsa", count: 2)
        guard let root = Hash(hex: fields[0]) else { throw reader.malformed("tsa", .hash) }
        self.init(root: root, url: try reader.address(fields[1], of: "tsa"))
    }
}

extension LineReader {
    fileprivate func address(_ text: String, of key: String) throws(LineError) -> String {
        guard (1...500).contains(text.utf8.count) else { throw malformed(key, .address) }
        return text
    }
}
