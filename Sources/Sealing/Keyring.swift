// SPDX-License-Identifier: Apache-2.0

public import Age
public import Secrets
public import Vault

/// The private keys of a case, one for each epoch, and the case's name: for its readers only.
///
/// An age file whose plaintext is
///
/// ```
/// saksi/v1 keyring
/// case: <case id>
/// name: <the case's name>
/// epoch: <n> AGE-SECRET-KEY-PQ-1…       ascending
/// ```
///
/// It has a stanza for each reader, and throw-away stanzas up to 4, 8, 16…, so that its size does not
/// tell the size of a team. See <doc:Object>.
public struct Keyring: Sendable {
    /// One generation of a case's key pair.
    public struct Epoch: Sendable {
        /// Its number, from 1.
        public let number: UInt64
        /// What opens the objects of that epoch.
        public let identity: HybridIdentity

        /// An epoch of a keyring.
        public init(number: UInt64, identity: HybridIdentity) {
            self.number = number
            self.identity = identity
        }
    }

    /// The largest keyring in bytes, 1 MiB.
    public static let maximumSize = 1 << 20
    /// The longest name in bytes.
    public static let maximumNameSize = 1024

    /// The case.
    public let caseID: CaseID
    /// Its name, which stands nowhere else outside of devices.
    public let name: String
    /// The epochs, ascending; at least one.
    public let epochs: [Epoch]

    private static let header = "saksi/v1 keyring"

    /// Puts a keyring together.
    ///
    /// - Throws: ``KeyringError/name`` or ``KeyringError/epochs``.
    public init(caseID: CaseID, name: String, epochs: [Epoch]) throws(KeyringError) {
        guard !name.isEmpty, name.utf8.count <= Self.maximumNameSize,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .name }
        guard let first = epochs.first, first.number > 0,
            zip(epochs, epochs.dropFirst()).allSatisfy({ $0.number < $1.number })
        else { throw .epochs }
        self.caseID = caseID
        self.name = name
        self.epochs = epochs
    }

    /// Opens a keyring.
    ///
    /// - Throws: ``KeyringError``.
    public init(opening file: [UInt8], with identities: [any Identity]) throws(KeyringError) {
        guard file.count <= Self.maximumSize else { throw .tooLarge }
        let text: SecretBytes
        do { text = try AgeFile.open(file, with: identities) } catch { throw .file(error) }
        self = try unsafe text.withBytes { text throws(KeyringError) in
            try unsafe Self(parsing: text)
        }
    }

    /// The identities of all epochs, the newest first.
    public var identities: [any Identity] { epochs.reversed().map(\.identity) }

    /// The keyring as it is stored.
    ///
    /// - Parameters:
    ///   - readers: the case's readers, at least one.
    ///   - entropy: where the file key and the nonce come from.
    /// - Returns: An age file.
    /// - Throws: ``KeyringError/readers(_:)``, or ``KeyringError/tooLarge``.
    public func sealed(
        for readers: [HybridRecipient],
        entropy: some EntropySource
    ) throws(KeyringError) -> [UInt8] {
        var stanzaCount = 4
        while stanzaCount < readers.count { stanzaCount *= 2 }
        let text = plaintext
        let sealed = unsafe text.withBytes { text in
            Result { () throws(KeyError) in
                try unsafe AgeFile.seal(
                    text,
                    for: readers,
                    paddedTo: stanzaCount,
                    entropy: entropy
                )
            }
        }
        switch sealed {
        case .failure(let error): throw .readers(error)
        case .success(let file):
            guard file.count <= Self.maximumSize else { throw .tooLarge }
            return file
        }
    }

    private var plaintext: SecretBytes {
        let head = Array("\(Self.header)\ncase: \(caseID.hex)\nname: \(name)\n".utf8)
        var text = SecretBytes(copying: head)
        for epoch in epochs {
            text = text.appending("epoch: \(epoch.number) ".utf8)
            let key = epoch.identity.text
            text = text.appending(key)
            text = text.appending("\n".utf8)
        }
        return text
    }

    private init(parsing text: UnsafeRawBufferPointer) throws(KeyringError) {
        guard unsafe text.last == UInt8(ascii: "\n") else { throw .line(1) }
        var lines = unsafe text.dropLast().split(
            separator: UInt8(ascii: "\n"),
            omittingEmptySubsequences: false
        )[...]
        func value(_ key: String, line: Int) throws(KeyringError) -> String {
            guard let bytes = unsafe lines.popFirst(), unsafe bytes.starts(with: key.utf8),
                let value = unsafe String(
                    validating: bytes.dropFirst(key.utf8.count),
                    as: UTF8.self
                )
            else { throw .line(line) }
            return value
        }
        guard try value(Self.header, line: 1).isEmpty else { throw .line(1) }
        guard let caseID = CaseID(hex: try value("case: ", line: 2)) else { throw .line(2) }
        let name = try value("name: ", line: 3)
        var epochs: [Epoch] = []
        while let line = unsafe lines.popFirst() {
            guard let epoch = unsafe Epoch(parsing: line) else { throw .line(4 + epochs.count) }
            epochs.append(epoch)
        }
        try self.init(caseID: caseID, name: name, epochs: epochs)
    }
}

extension Keyring.Epoch {
    fileprivate init?(parsing line: Slice<UnsafeRawBufferPointer>) {
        let key = "epoch: "
        guard unsafe line.starts(with: key.utf8) else { return nil }
        let rest = unsafe line.dropFirst(key.utf8.count)
        guard let space = unsafe rest.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let digits = unsafe String(decoding: rest[..<space], as: UTF8.self)
        guard let number = UInt64(digits), String(number) == digits,
            let identity = try? unsafe HybridIdentity(
                parsing: UnsafeRawBufferPointer(rebasing: rest[(space + 1)...])
            )
        else { return nil }
        self.init(number: number, identity: identity)
    }
}

extension SecretBytes {
    fileprivate borrowing func appending(_ bytes: some Collection<UInt8>) -> SecretBytes {
        appending(SecretBytes(copying: bytes))
    }

    fileprivate borrowing func appending(_ more: borrowing SecretBytes) -> SecretBytes {
        var longer = SecretBytes(count: count + more.count)
        unsafe longer.withMutableBytes { longer in
            unsafe withBytes { unsafe longer.copyMemory(from: $0) }
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: longer[count...])
            unsafe more.withBytes { unsafe rest.copyMemory(from: $0) }
        }
        return longer
    }
}

/// Why bytes are not a keyring, or none was made.
public enum KeyringError: Error, Equatable, Sendable {
    /// It is larger than ``Keyring/maximumSize``.
    case tooLarge
    /// The age file does not open.
    case file(DecryptionError)
    /// The readers cannot be sealed to.
    case readers(KeyError)
    /// A line is not in its form; counted from 1.
    case line(Int)
    /// The name is empty, too long or holds a control character.
    case name
    /// There is no epoch, or they do not ascend from 1.
    case epochs
}

extension KeyringError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the keyring is larger than \(Keyring.maximumSize) bytes"
        case .file(.noMatch): "the keyring is not sealed to this identity"
        case .file: "the keyring is damaged"
        case .readers: "a reader's recipient is not a valid key"
        case .line(let number): "line \(number) of the keyring is not in its form"
        case .name: "the case's name is empty, too long or holds a control character"
        case .epochs: "the keyring's epochs do not ascend"
        }
    }
}
