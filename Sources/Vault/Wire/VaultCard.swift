// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// What tells one vault from all others, for people to publish and compare.
///
/// ```
/// saksi/v1 vault
/// vault: <origin>
/// log-key: <vkey>
/// tls-key: <sha256 of the SubjectPublicKeyInfo>
/// genesis: <leaf hash of entry 0>
/// ```
public struct VaultCard: Hashable, Sendable {
    /// The key that signs the log's checkpoints, named for the vault.
    public let logKey: VerifierKey
    /// The SHA-256 of the key that the daemon shows in TLS, a SubjectPublicKeyInfo in DER.
    public let tlsKey: Hash
    /// The leaf hash of the first entry.
    public let genesis: Hash

    private static let header = "saksi/v1 vault"

    /// Puts a card together.
    ///
    /// - Parameters:
    ///   - logKey: Of type Ed25519, with a name that ``Origin`` allows.
    ///   - tlsKey: The SHA-256 of the daemon's public key.
    ///   - genesis: The leaf hash of the first entry.
    public init(logKey: VerifierKey, tlsKey: Hash, genesis: Hash) {
        self.logKey = logKey
        self.tlsKey = tlsKey
        self.genesis = genesis
    }

    /// Reads a card.
    ///
    /// - Throws: ``LineError`` for every spelling but the one that ``text`` gives.
    public init(parsing text: String) throws(LineError) {
        var reader = try LineReader(text)
        try reader.header(Self.header)
        let origin = try reader.origin("vault")
        logKey = try reader.verifierKey("log-key")
        guard logKey.name == origin else { throw reader.malformed("log-key", .verifierKey) }
        tlsKey = try reader.hash("tls-key")
        genesis = try reader.hash("genesis")
        try reader.end()
    }

    /// The origin of the vault's log.
    public var vault: String { logKey.name }

    /// The card as it is printed and served.
    public var text: String {
        var writer = LineWriter(Self.header)
        writer.add("vault", vault)
        writer.add("log-key", logKey.text)
        writer.add("tls-key", tlsKey)
        writer.add("genesis", genesis)
        return writer.text
    }
}
