// SPDX-License-Identifier: Apache-2.0

import Encodings

/// One signature line of a note: `— <name> <base64 of key ID and signature>`.
public struct NoteSignature: Sendable {
    /// The signing key's name.
    public let name: String
    /// The signing key's ID.
    public let keyID: UInt32
    /// What follows the key ID; its form depends on the key's type.
    ///
    /// At least one byte.
    public let bytes: [UInt8]

    /// The em dash and the space that begin each line.
    static let prefix = "— "

    init(name: String, keyID: UInt32, bytes: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }

    /// Reads a line, given without its line feed.
    ///
    /// - Returns: `nil` for any other spelling than ``line`` gives.
    public init?(parsing line: some StringProtocol) { self.init(utf8: Array(line.utf8)[...]) }

    /// Reads a line where it lies; the bytes are UTF-8.
    init?(utf8 line: ArraySlice<UInt8>) {
        guard line.starts(with: Self.prefix.utf8) else { return nil }
        let fields = line.dropFirst(Self.prefix.utf8.count)
        // The byte of a space is in no other character.
        guard let space = fields.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let name = String(decoding: fields[..<space], as: UTF8.self)
        guard CanonicalText.isKeyName(name) else { return nil }
        let encoded = fields[(space + 1)...]
        guard let blob = Base64.padded.decode(ascii: encoded), blob.count > 4 else { return nil }
        self.init(
            name: name,
            keyID: blob.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
            bytes: Array(blob.dropFirst(4))
        )
    }

    /// Whether a line that cannot be read could be but for the unused bits of its last digit.
    static func isMisspelt(_ line: some StringProtocol) -> Bool {
        guard let last = line.lastIndex(where: { $0 != "=" }),
            Base64.padded.decode("AAA\(line[last])") != nil
        else { return false }
        let end = line[line.index(after: last)...]
        return NoteSignature(parsing: "\(line[..<last])A\(end)") != nil
    }

    /// The line, without its line feed.
    public var line: String {
        let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> UInt32(24 - 8 * $0)) }
        return Self.prefix + name + " " + Base64.padded.encode(id + bytes)
    }
}

extension NoteSignature: Hashable {
    /// Whether two lines are the same to the byte.
    public static func == (left: NoteSignature, right: NoteSignature) -> Bool {
        left.keyID == right.keyID && left.bytes == right.bytes
            && CanonicalText.same(left.name, right.name)
    }

    /// Feeds the line to a hasher of the standard library.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(keyID)
        hasher.combine(bytes)
    }
}
