// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// What the old and the new key of a log both sign, so that the one takes the place of the other.
///
/// Alone it changes nothing: administrators put it into the log, as a ``LogKeyChange``.
public struct LogHandover: Hashable, Sendable {
    /// The key in force.
    public let old: VerifierKey
    /// The key that takes its place, of the same name.
    public let new: VerifierKey
    /// The old key's signature over ``text``, 64 bytes.
    public let handover: [UInt8]
    /// The new key's signature over ``text``, 64 bytes: nobody hands over to a key that they do not
    /// hold.
    public let possession: [UInt8]

    private static let header = "saksi/v1 log key handover"

    init(old: VerifierKey, new: VerifierKey, handover: [UInt8], possession: [UInt8]) {
        self.old = old
        self.new = new
        self.handover = handover
        self.possession = possession
    }

    /// Hands over.
    ///
    /// - Parameters:
    ///   - old: The key in force.
    ///   - new: The next key, of the same name.
    /// - Throws: ``NoteSignerError``.
    public init(from old: NoteSigner, to new: NoteSigner) throws(NoteSignerError) {
        let text = Self.text(from: old.verifierKey, to: new.verifierKey)
        self.init(
            old: old.verifierKey,
            new: new.verifierKey,
            handover: try old.signature(over: text).bytes,
            possession: try new.signature(over: text).bytes
        )
    }

    /// Reads a card.
    ///
    /// - Throws: ``LineError`` for every spelling but the one that ``card`` gives.
    public init(parsing text: String) throws(LineError) {
        var reader = try LineReader(text)
        try reader.header(Self.header)
        let vault = try reader.origin("vault")
        let old = try reader.verifierKey("old")
        let new = try reader.verifierKey("new")
        guard old.name == vault, new.name == vault else {
            throw reader.malformed("new", .verifierKey)
        }
        self.init(
            old: old,
            new: new,
            handover: try reader.signature("handover"),
            possession: try reader.signature("possession")
        )
        try reader.end()
    }

    /// The handover as a file, for people to carry to an administrator.
    public var card: String {
        var writer = LineWriter(Self.header)
        writer.add("vault", old.name)
        writer.add("old", old.text)
        writer.add("new", new.text)
        writer.add("handover", base64: handover)
        writer.add("possession", base64: possession)
        return writer.text
    }

    /// What both keys sign.
    public var text: String { Self.text(from: old, to: new) }

    private static func text(from old: VerifierKey, to new: VerifierKey) -> String {
        var writer = LineWriter("saksi/v1 log key")
        writer.add("vault", old.name)
        writer.add("old", old.text)
        writer.add("new", new.text)
        return writer.text
    }

    /// Whether both keys signed.
    public var isValid: Bool {
        let bytes = Array(text.utf8)
        return SigningKey(old).isValid(handover, for: bytes)
            && SigningKey(new).isValid(possession, for: bytes)
    }
}
