// SPDX-License-Identifier: Apache-2.0

import Bulk

/// New public keys that want to become a person's, and the proof that whoever asks holds them.
///
/// ```
/// saksi/v1 key request
/// vault: <origin>
/// person: <fingerprint>
/// possession: <base64 of 64 bytes>
/// signing: <base64 of an Ed25519 public key>
/// recipient: age1pq1…
/// mail: <base64 of an X25519 public key>
/// ```
///
/// It is no secret, and says nothing of who made it: people compare ``fingerprint`` by voice.
/// See <doc:KeyRequest>.
public struct KeyRequest: Hashable, Sendable {
    private static let header = "saksi/v1 key request"

    /// The origin of the vault.
    public let vault: String
    /// Whose key it shall be: the fingerprint of the first key that the person enrolled.
    public let person: Fingerprint
    /// A signature by the new signing key over ``Rekey/possessionText(vault:person:record:)``.
    public let possession: [UInt8]
    /// The new keys.
    public let record: IdentityRecord

    /// Puts a request together.
    public init(vault: String, person: Fingerprint, possession: [UInt8], record: IdentityRecord) {
        self.vault = vault
        self.person = person
        self.possession = possession
        self.record = record
    }

    /// Reads a request.
    ///
    /// - Throws: ``LineError`` for every spelling but the one that ``text`` gives.
    public init(parsing text: String) throws(LineError) {
        var reader = try LineReader(text)
        try reader.header(Self.header)
        vault = try reader.origin("vault")
        person = try reader.fingerprint("person")
        possession = try reader.signature("possession")
        record = try IdentityRecord(reading: &reader)
        try reader.end()
    }

    /// The request as it is handed over.
    public var text: String {
        var writer = LineWriter(Self.header)
        writer.add("vault", vault)
        writer.add("person", person)
        writer.add("possession", base64: possession)
        record.write(to: &writer)
        return writer.text
    }

    /// The new keys' fingerprint.
    public var fingerprint: Fingerprint { record.fingerprint }

    /// Has the keys enrolled, as they ask.
    ///
    /// - Parameters:
    ///   - expires: When the statement is no longer good.
    ///   - reason: `device` or `replace`; a rotation has no request.
    ///   - ends: The keys that end by it.
    /// - Returns: The act, for whoever has the keys enrolled to sign.
    public func rekey(
        expires: UTCTime,
        reason: RekeyReason,
        ends: some Sequence<Fingerprint>
    ) -> Rekey {
        Rekey(
            expires: expires,
            person: person,
            reason: reason,
            ends: ends,
            possession: possession,
            record: record
        )
    }
}
