// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings

/// What a new device of a member is given: one line with everything it needs to know the vault before
/// the first contact.
///
/// It is no secret, since the device's keys are enrolled otherwise; but whoever changes it on its way
/// leads the device to another vault. See <doc:KeyRequest>.
public struct Welcome: Hashable, Sendable {
    /// The largest welcome in bytes.
    public static let maximumSize = 8 << 10
    /// What each one begins with.
    public static let prefix = "saksi-welcome-v1:"
    private static let header = "saksi/v1 welcome"

    /// The vault's keys and its first entry.
    public let card: VaultCard
    /// Where the vault answers: an `https` URL, or the path of a Unix socket.
    public let address: String
    /// The key of whoever gives it.
    public let sender: Fingerprint
    /// Whose device it is: the fingerprint of the first key that the person enrolled.
    public let person: Fingerprint
    /// The newest head of the log that the sender has checked.
    public let head: LogHead

    /// Puts a welcome together.
    ///
    /// - Throws: ``WelcomeError/line(_:)`` for the first line that would not read back.
    public init(
        card: VaultCard,
        address: String,
        sender: Fingerprint,
        person: Fingerprint,
        head: LogHead
    ) throws(WelcomeError) {
        self.card = card
        self.address = address
        self.sender = sender
        self.person = person
        self.head = head
        _ = try Welcome(parsing: text)
    }

    /// Reads a welcome, given without blanks around it.
    ///
    /// - Throws: ``WelcomeError`` for every spelling but the one that ``text`` gives.
    public init(parsing text: some StringProtocol) throws(WelcomeError) {
        guard text.utf8.count <= Self.maximumSize else { throw .tooLarge }
        guard text.utf8.starts(with: Self.prefix.utf8) else { throw .missingPrefix }
        guard let bytes = Base64.url.decode(text.dropFirst(Self.prefix.count)) else {
            throw .notBase64
        }
        do throws(LineError) {
            var reader = try LineReader(bytes)
            try reader.header(Self.header)
            card = try VaultCard(reading: &reader)
            address = try reader.address("address")
            sender = try reader.fingerprint("sender")
            person = try reader.fingerprint("person")
            head = try reader.head("checkpoint")
            try reader.end()
        } catch {
            throw .line(error)
        }
    }

    /// The welcome as it is handed over: one line.
    public var text: String {
        var writer = LineWriter(Self.header)
        card.write(to: &writer)
        writer.add("address", address)
        writer.add("sender", sender)
        writer.add("person", person)
        writer.add("checkpoint", head)
        return Self.prefix + Base64.url.encode(writer.text.utf8)
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
    /// Reads where a vault answers.
    mutating func address(_ key: String) throws(LineError) -> String {
        let address = String(try value(key))
        guard (1...500).contains(address.utf8.count),
            address.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw malformed(key, .address) }
        return address
    }

    /// Reads a size and a root.
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
    /// Writes a size and a root.
    mutating func add(_ key: String, _ head: LogHead) {
        add(key, "\(head.size) \(Base64.padded.encode(head.root.bytes))")
    }
}

/// Why a text is not a welcome.
public enum WelcomeError: Error, Equatable, Sendable {
    /// The text is longer than ``Welcome/maximumSize``.
    case tooLarge
    /// The text does not begin with `saksi-welcome-v1:`.
    case missingPrefix
    /// What follows is not base64 with the URL alphabet, without padding.
    case notBase64
    /// A line inside is not in its form.
    case line(LineError)
}

extension WelcomeError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the welcome is longer than \(Welcome.maximumSize) bytes"
        case .missingPrefix: "the welcome does not begin with \(Welcome.prefix)"
        case .notBase64: "the welcome is damaged: a character was lost or changed"
        case .line(let error): "the welcome's \(error)"
        }
    }
}
