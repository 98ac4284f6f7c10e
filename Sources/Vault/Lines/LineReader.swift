// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import TransparencyLog

/// Reads a text of `key: value` lines in the one order that its format fixes.
///
/// Whoever reads asks for each line in turn; a line that is not the next one asked for is an error.
/// So unknown, missing, repeated and exchanged lines are all refused without a rule of their own.
struct LineReader {
    private let bytes: [UInt8]
    /// Where the next line begins.
    private var position = 0
    /// The line that is read next, or was read last while its value is judged; counted from 1.
    private(set) var line = 1
    private var next = 1

    /// Takes a text.
    ///
    /// - Throws: ``LineError/Rule/unterminated`` or ``LineError/Rule/notPrintable``.
    init(_ text: String) throws(LineError) { try self.init(Array(text.utf8)) }

    /// Takes bytes.
    ///
    /// - Throws: ``LineError/Rule/unterminated`` or ``LineError/Rule/notPrintable``.
    init(_ bytes: [UInt8]) throws(LineError) {
        var line = 1
        for byte in bytes {
            guard (0x20...0x7e).contains(byte) || byte == 0x0a else {
                throw LineError(line: line, rule: .notPrintable)
            }
            if byte == 0x0a { line += 1 }
        }
        guard bytes.last == 0x0a else { throw LineError(line: line, rule: .unterminated) }
        self.bytes = bytes
    }

    /// Whether all lines were read.
    var isAtEnd: Bool { position == bytes.count }

    /// Reads a whole line, printable ASCII.
    mutating func wholeLine() -> ArraySlice<UInt8> {
        let end = bytes[position...].firstIndex(of: 0x0a) ?? bytes.count
        defer { position = min(end + 1, bytes.count) }
        line = next
        next += 1
        return bytes[position..<end]
    }

    /// Reads the first line, which must be this one.
    mutating func header(_ want: String) throws(LineError) {
        guard wholeLine().elementsEqual(want.utf8) else {
            throw error(.header(want: want))
        }
    }

    /// Ends the reading: nothing may be left.
    func end() throws(LineError) {
        guard isAtEnd else { throw LineError(line: next, rule: .trailing) }
    }

    /// Whether the next line has this key.
    func isNext(_ key: String) -> Bool {
        let mark = position + key.utf8.count
        return mark + 1 < bytes.count && bytes[mark] == UInt8(ascii: ":")
            && bytes[mark + 1] == UInt8(ascii: " ")
            && bytes[position..<mark].elementsEqual(key.utf8)
    }

    /// Reads the value of the next line, which must have this key.
    mutating func value(_ key: String) throws(LineError) -> String {
        String(decoding: try ascii(key), as: UTF8.self)
    }

    /// Reads the value of the next line as the bytes that it is.
    private mutating func ascii(_ key: String) throws(LineError) -> ArraySlice<UInt8> {
        guard !isAtEnd else { throw LineError(line: next, rule: .missing(key: key)) }
        guard isNext(key) else { throw LineError(line: next, rule: .unexpected(want: key)) }
        return wholeLine().dropFirst(key.utf8.count + 2)
    }

    /// Reads a value of several fields.
    mutating func fields(_ key: String, count: Int) throws(LineError) -> [String] {
        let fields = try ascii(key)
            .split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == count else { throw malformed(key, .fields) }
        return fields.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads all following lines with this key, whose values ascend.
    mutating func list<Value: Comparable>(
        _ key: String,
        isRequired: Bool = false,
        _ read: (inout LineReader) throws(LineError) -> Value
    ) throws(LineError) -> [Value] {
        var values: [Value] = []
        while isNext(key) || isRequired && values.isEmpty {
            let value = try read(&self)
            if let last = values.last, last >= value {
                throw error(.value(key: key, want: .ascending))
            }
            values.append(value)
        }
        return values
    }

    func error(_ rule: LineError.Rule) -> LineError { LineError(line: line, rule: rule) }

    /// Says that the value just read is not in its form.
    func malformed(_ key: String, _ want: ValueForm) -> LineError {
        error(.value(key: key, want: want))
    }
}

// MARK: Values

extension LineReader {
    mutating func time(_ key: String) throws(LineError) -> UTCTime {
        guard let time = UTCTime(ascii: try ascii(key)) else { throw malformed(key, .time) }
        return time
    }

    mutating func hash(_ key: String) throws(LineError) -> Hash {
        guard let hash = Hash(hexASCII: try ascii(key)) else { throw malformed(key, .hash) }
        return hash
    }

    /// Reads one or more hashes, ascending.
    mutating func hashes(_ key: String) throws(LineError) -> [Hash] {
        try list(key, isRequired: true) { reader throws(LineError) in try reader.hash(key) }
    }

    mutating func exportKey(_ key: String) throws(LineError) -> ExportKey {
        guard let value = ExportKey(parsing: try value(key)) else {
            throw malformed(key, .exportKey)
        }
        return value
    }

    mutating func fingerprint(_ key: String) throws(LineError) -> Fingerprint {
        Fingerprint(try hash(key))
    }

    mutating func identifier<Kind>(_ key: String) throws(LineError) -> RandomID<Kind> {
        guard let id = RandomID<Kind>(hexASCII: try ascii(key)) else {
            throw malformed(key, .identifier)
        }
        return id
    }

    /// Reads one or more ids, ascending.
    mutating func identifiers<Kind>(_ key: String) throws(LineError) -> [RandomID<Kind>] {
        try list(key, isRequired: true) { reader throws(LineError) in
            try reader.identifier(key)
        }
    }

    mutating func base64(_ key: String) throws(LineError) -> [UInt8] {
        guard let bytes = Base64.padded.decode(ascii: try ascii(key)), bytes.count == 32 else {
            throw malformed(key, .base64)
        }
        return bytes
    }

    /// Reads bytes of any number.
    mutating func bytes(_ key: String) throws(LineError) -> [UInt8] {
        guard let bytes = Base64.padded.decode(ascii: try ascii(key)) else {
            throw malformed(key, .bytes)
        }
        return bytes
    }

    /// Reads a bare Ed25519 signature.
    mutating func signature(_ key: String) throws(LineError) -> [UInt8] {
        guard let bytes = Base64.padded.decode(ascii: try ascii(key)), bytes.count == 64 else {
            throw malformed(key, .signature)
        }
        return bytes
    }

    mutating func decimal(_ key: String) throws(LineError) -> UInt64 {
        guard let number = Decimal.value(try value(key)) else { throw malformed(key, .decimal) }
        return number
    }

    /// An epoch of a case's key: they are counted from 1.
    mutating func epoch(_ key: String) throws(LineError) -> UInt64 {
        let epoch = try decimal(key)
        guard epoch >= 1 else { throw malformed(key, .range) }
        return epoch
    }

    mutating func word<Word: RawRepresentable<String>>(
        _ key: String,
        of type: Word.Type = Word.self
    ) throws(LineError) -> Word {
        guard let word = Word(rawValue: try value(key)) else {
            throw malformed(key, .word)
        }
        return word
    }

    /// Reads any number of words, ascending.
    mutating func words<Word: RawRepresentable<String> & Comparable>(
        _ key: String,
        of type: Word.Type = Word.self
    ) throws(LineError) -> [Word] {
        try list(key) { reader throws(LineError) in try reader.word(key, of: type) }
    }

    mutating func origin(_ key: String) throws(LineError) -> String {
        let origin = try value(key)
        guard Origin.isWellFormed(origin) else { throw malformed(key, .origin) }
        return origin
    }

    mutating func recipient(_ key: String) throws(LineError) -> String {
        let recipient = try value(key)
        guard RecipientText.isWellFormed(recipient) else { throw malformed(key, .recipient) }
        return recipient
    }

    mutating func verifierKey(_ key: String) throws(LineError) -> VerifierKey {
        guard let parsed = try? VerifierKey(parsing: try value(key)),
            parsed.algorithm == .ed25519
        else { throw malformed(key, .verifierKey) }
        return parsed
    }
}

/// Decimals in their only spelling.
enum Decimal {
    /// Reads digits without sign or leading zero; `nil` for anything else, and beyond 2⁶³ − 1.
    ///
    /// Such a number fits every integer type that a database or another program may hold it in.
    static func value(_ text: some StringProtocol) -> UInt64? {
        let digits = text.utf8
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1,
            digits.count < 20
        else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return value <= UInt64(Int64.max) ? value : nil
    }
}
