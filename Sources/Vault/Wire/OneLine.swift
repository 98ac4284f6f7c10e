// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What people hand on as one line: a prefix, and behind it a text of lines in base64url.
public protocol OneLine: Hashable, Sendable {
    /// What people call it.
    static var noun: String { get }
    /// What each one begins with.
    static var prefix: String { get }
    /// The largest one in bytes.
    static var maximumSize: Int { get }
}

/// Why a text is not an ``Invitation``, or not a ``Welcome``.
public enum OneLineError<Text: OneLine>: Error, Equatable {
    /// The text is longer than ``OneLine/maximumSize``.
    case tooLarge
    /// The text does not begin with ``OneLine/prefix``.
    case missingPrefix
    /// What follows is not base64 with the URL alphabet, without padding.
    case notBase64
    /// A line inside is not in its form.
    case line(LineError)
}

extension OneLineError: CustomStringConvertible {
    /// One line, for people; it repeats nothing of the text, which may be a secret.
    public var description: String {
        switch self {
        case .tooLarge: "the \(Text.noun) is longer than \(Text.maximumSize) bytes"
        case .missingPrefix: "the \(Text.noun) does not begin with \(Text.prefix)"
        case .notBase64: "the \(Text.noun) is damaged: a character was lost or changed"
        case .line(let error): "the \(Text.noun)'s \(error)"
        }
    }
}

extension OneLine {
    /// Reads the lines within, all of them.
    static func unfolded(
        _ text: some StringProtocol,
        _ read: (inout LineReader) throws(LineError) -> Self
    ) throws(OneLineError<Self>) -> Self {
        guard text.utf8.count <= maximumSize else { throw .tooLarge }
        guard text.utf8.starts(with: prefix.utf8) else { throw .missingPrefix }
        guard let bytes = Base64.url.decode(text.dropFirst(prefix.count)) else {
            throw .notBase64
        }
        do throws(LineError) {
            var reader = try LineReader(bytes)
            try reader.header("saksi/v1 \(noun)")
            let found = try read(&reader)
            try reader.end()
            return found
        } catch {
            throw .line(error)
        }
    }

    /// Writes the lines within as one.
    static func folded(_ write: (inout LineWriter) -> Void) -> String {
        var writer = LineWriter("saksi/v1 \(noun)")
        write(&writer)
        return prefix + Base64.url.encode(writer.text.utf8)
    }
}
