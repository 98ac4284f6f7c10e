// SPDX-License-Identifier: Apache-2.0

/// One act of one person, before it is signed.
///
/// ```
/// saksi/v1 <act>
/// vault: <origin>
/// time: <the actor's clock>
/// actor: <fingerprint>
/// nonce: <base64 of 32 random bytes>
/// …                          the act's own lines
/// ```
///
/// See <doc:Statements> for the lines and the rule of each act.
public struct Statement: Hashable, Sendable {
    /// The origin of the vault that it is for.
    public let vault: String
    /// When the actor's clock said it was; nothing rests on it.
    public let time: UTCTime
    /// Who acts.
    public let actor: Fingerprint
    /// 32 random bytes, so that nobody can guess an entry and confirm it by its hash.
    public let nonce: [UInt8]
    /// What is done.
    public let act: Act

    private static let version = "saksi/v1 "

    /// Puts a statement together; ``SignedStatement/sign(_:with:)`` checks it.
    public init(vault: String, time: UTCTime, actor: Fingerprint, nonce: [UInt8], act: Act) {
        self.vault = vault
        self.time = time
        self.actor = actor
        self.nonce = nonce
        self.act = act
    }

    /// Reads a statement's text.
    ///
    /// - Throws: ``LineError`` for every spelling but the one that ``text`` gives.
    public init(parsing text: String) throws(LineError) {
        var reader = try LineReader(text)
        let first = reader.wholeLine()
        guard first.starts(with: Self.version.utf8) else {
            throw reader.error(.header(want: Self.version + "<act>"))
        }
        let name = String(decoding: first.dropFirst(Self.version.utf8.count), as: UTF8.self)
        guard let act = ActName(rawValue: name) else { throw reader.error(.unknownAct) }
        vault = try reader.origin("vault")
        time = try reader.time("time")
        actor = try reader.fingerprint("actor")
        nonce = try reader.base64("nonce")
        self.act = try Act(act, reading: &reader)
        try reader.end()
    }

    /// The text that is signed.
    public var text: String {
        var writer = LineWriter(Self.version + act.name.rawValue)
        writer.add("vault", vault)
        writer.add("time", time)
        writer.add("actor", actor)
        writer.add("nonce", base64: nonce)
        act.body.write(to: &writer)
        return writer.text
    }
}
