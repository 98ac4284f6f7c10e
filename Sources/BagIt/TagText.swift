// SPDX-License-Identifier: Apache-2.0

/// The encodings of tag files that are read, named as IANA does.
enum TagEncoding: CaseIterable {
    case utf8
    case ascii
    case latin1
    case utf16
    case utf16BE
    case utf16LE

    /// Takes a name, whatever its case; `nil` for one that is not read here.
    init?(_ name: String) {
        let name = name.lowercased()
        guard let encoding = Self.allCases.first(where: { $0.names.contains(name) }) else {
            return nil
        }
        self = encoding
    }

    private var names: [String] {
        switch self {
        case .utf8: ["utf-8", "utf8"]
        case .ascii: ["us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us"]
        case .latin1: ["iso-8859-1", "iso_8859-1", "iso8859-1", "latin1", "l1"]
        case .utf16: ["utf-16", "utf16"]
        case .utf16BE: ["utf-16be"]
        case .utf16LE: ["utf-16le"]
        }
    }
}

/// Why a tag file is not text; RFC 8493, section 2.3.
enum TagTextError: Error {
    case wrongEncoding
    case byteOrderMark
}

/// The lines of a tag file, each ended by LF, CR or CRLF; the last one need not be.
struct TagText {
    /// Each line in UTF-8, without its end.
    let lines: Lines

    init(_ bytes: [UInt8], in encoding: TagEncoding) throws(TagTextError) {
        let text = try Self.decode(bytes, encoding)
        guard !text.starts(with: Self.mark) else { throw .byteOrderMark }
        lines = Lines(rest: text[...])
    }

    /// Finds the lines one after the other: to hold them all would take many times the file.
    struct Lines: Sequence, IteratorProtocol {
        fileprivate var rest: ArraySlice<UInt8>

        mutating func next() -> ArraySlice<UInt8>? {
            let (lf, cr) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
            guard !rest.isEmpty else { return nil }
            let end = rest.firstIndex { $0 == lf || $0 == cr } ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[end...]
            let isPair = rest.popFirst() == cr && rest.first == lf
            if isPair { rest.removeFirst() }
            return line
        }
    }

    /// U+FEFF in UTF-8.
    private static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

    private static func decode(_ bytes: [UInt8], _ encoding: TagEncoding)
        throws(TagTextError) -> [UInt8]
    {
        switch encoding {
        case .utf8:
            guard String(validating: bytes, as: UTF8.self) != nil else { throw .wrongEncoding }
            return bytes
        case .ascii:
            guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .wrongEncoding }
            return bytes
        case .latin1:
            return bytes.flatMap { $0 < 0x80 ? [$0] : [0xc0 | $0 >> 6, 0x80 | $0 & 0x3f] }
        case .utf16:
            // RFC 2781, section 4.3: big-endian where no mark says otherwise.
            switch bytes.prefix(2) {
            case [0xff, 0xfe]: return try decode16(bytes.dropFirst(2), isBig: false)
            case [0xfe, 0xff]: return try decode16(bytes.dropFirst(2), isBig: true)
            default: return try decode16(bytes[...], isBig: true)
            }
        case .utf16BE: return try decode16(bytes[...], isBig: true)
        case .utf16LE: return try decode16(bytes[...], isBig: false)
        }
    }

    private static func decode16(_ bytes: ArraySlice<UInt8>, isBig: Bool)
        throws(TagTextError) -> [UInt8]
    {
        guard bytes.count.isMultiple(of: 2) else { throw .wrongEncoding }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { place in
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            return isBig ? first << 8 | second : second << 8 | first
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw .wrongEncoding }
        return Array(text.utf8)
    }
}

extension UInt8 {
    /// Linear white space: a space or a tab.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension ArraySlice<UInt8> {
    /// The bytes as text, which they are: a ``TagText`` has only such.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// What follows linear white space.
    var withoutLeadingBlanks: ArraySlice<UInt8> { drop(while: \.isBlank) }

    /// Takes off what stands before the next linear white space, and that too.
    mutating func takeWord() -> ArraySlice<UInt8> {
        let word = prefix { !$0.isBlank }
        self = self[word.endIndex...].withoutLeadingBlanks
        return word
    }
}
