// SPDX-License-Identifier: Apache-2.0

import Bulk

/// What a new device of a member is given: one line with everything it needs to know the vault before
/// the first contact.
///
/// It is no secret, since the device's keys are enrolled otherwise; but whoever changes it on its way
/// leads the device to another vault. See <doc:KeyRequest>.
public struct Welcome: OneLine {
    /// What people call it.
    public static let noun = "welcome"
    /// What each one begins with.
    public static let prefix = "saksi-welcome-v1:"
    /// The largest one in bytes.
    public static let maximumSize = 8 << 10

    /// The vault.
    public let contact: VaultContact
    /// The key of whoever gives it.
    public let sender: Fingerprint
    /// Whose device it is: the fingerprint of the first key that the person enrolled.
    public let person: Fingerprint
    /// The newest head of the log that the sender has checked.
    public let head: LogHead

    /// Puts a welcome together.
    ///
    /// - Throws: ``OneLineError/line(_:)`` for the first line that would not read back.
    public init(
        contact: VaultContact,
        sender: Fingerprint,
        person: Fingerprint,
        head: LogHead
    ) throws(OneLineError<Welcome>) {
        self.contact = contact
        self.sender = sender
        self.person = person
        self.head = head
        _ = try Welcome(parsing: text)
    }

    /// Reads a welcome, given without blanks around it.
    ///
    /// - Throws: ``OneLineError`` for every spelling but the one that ``text`` gives.
    public init(parsing text: some StringProtocol) throws(OneLineError<Welcome>) {
        self = try Self.unfolded(text, Welcome.init(reading:))
    }

    private init(reading reader: inout LineReader) throws(LineError) {
        contact = try VaultContact(reading: &reader)
        sender = try reader.fingerprint("sender")
        person = try reader.fingerprint("person")
        head = try reader.head("checkpoint")
    }

    /// The welcome as it is handed over: one line.
    public var text: String {
        Self.folded { writer in
            contact.write(to: &writer)
            writer.add("sender", sender)
            writer.add("person", person)
            writer.add("checkpoint", head)
        }
    }
}
