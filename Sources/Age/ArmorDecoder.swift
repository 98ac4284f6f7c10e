// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Takes the armor off a stream: strict PEM with the label `AGE ENCRYPTED FILE`.
///
/// See c2sp.org/age, "ASCII armor". Lines may end in LF or CRLF, and white space may surround the
/// whole; nothing else has a second spelling.
public struct ArmorDecoder: Sendable {
    private enum State {
        case preamble
        case body
        /// A line was shorter than the others, so only the last line may follow.
        case closing
        case trailing
    }

    private var state = State.preamble
    private var line: [UInt8] = []
    private var whiteSpace = 0

    /// A decoder at the start of a text.
    public init() {}

    /// Decodes what comes next and appends it to `output`.
    ///
    /// - Throws: ``ArmorError``.
    public mutating func decode(
        _ text: some Sequence<UInt8>,
        into output: inout [UInt8]
    ) throws(ArmorError) {
        for character in text {
            if state == .trailing {
                try count(character)
            } else if character == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                try end(into: &output)
            } else {
                line.append(character)
                guard line.count <= Self.lineLimit else {
                    throw state == .preamble ? .noBeginLine : .wrongLineLength
                }
            }
        }
    }

    /// Ends the text, whose last line may lack its end.
    ///
    /// - Throws: ``ArmorError``.
    public mutating func finish() throws(ArmorError) {
        // What a last line without its end could still add is no base 64 line: it must be the
        // closing one.
        var nothing: [UInt8] = []
        if state != .trailing, !line.isEmpty {
            guard line == Self.endLine, state != .preamble else {
                throw state == .preamble ? .noBeginLine : .noEndLine
            }
            try end(into: &nothing)
        }
        guard state == .trailing else { throw state == .preamble ? .noBeginLine : .noEndLine }
    }

    /// Takes one complete line.
    private mutating func end(into output: inout [UInt8]) throws(ArmorError) {
        switch state {
        case .preamble:
            if line == Self.beginLine {
                state = .body
                whiteSpace = 0
            } else {
                guard line.allSatisfy(Self.isWhiteSpace) else { throw .noBeginLine }
                whiteSpace += line.count + 1
                guard whiteSpace <= Self.whiteSpaceLimit else { throw .tooMuchWhiteSpace }
            }
        case .body where line == Self.endLine, .closing where line == Self.endLine:
            state = .trailing
        case .closing:
            throw .shortInnerLine
        case .body:
            guard (1...Self.columns).contains(line.count) else { throw .wrongLineLength }
            guard let bytes = Base64.padded.decode(String(decoding: line, as: UTF8.self)) else {
                throw .nonCanonicalBase64
            }
            output += bytes
            if line.count < Self.columns || bytes.count < Self.columns / 4 * 3 { state = .closing }
        case .trailing:
            break
        }
        line.removeAll(keepingCapacity: true)
    }

    /// Counts what follows the last line.
    private mutating func count(_ character: UInt8) throws(ArmorError) {
        guard Self.isWhiteSpace(character) else { throw .trailingData }
        whiteSpace += 1
        guard whiteSpace <= Self.whiteSpaceLimit else { throw .tooMuchWhiteSpace }
    }

    private static func isWhiteSpace(_ character: UInt8) -> Bool {
        character == UInt8(ascii: " ") || (9...13).contains(character)
    }

    static let beginLine = Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    static let endLine = Array("-----END AGE ENCRYPTED FILE-----".utf8)
    static let columns = 64

    /// Our own limits, in bytes; the first is the reference implementation's as well.
    private static let whiteSpaceLimit = 1024
    private static let lineLimit = 1024
}
