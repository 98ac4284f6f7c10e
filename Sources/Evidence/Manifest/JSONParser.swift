// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not JSON in the spelling of ``JSONValue``.
public enum JSONError: Error, Equatable, Sendable {
    /// Something stands where it may not, at this offset.
    case unexpected(offset: Int)
    /// Arrays and objects are nested deeper than 8.
    case tooDeep
    /// A name stands twice in an object.
    case repeatedName
    /// Another spelling of a value: spaces, needless escapes, a leading zero.
    case nonCanonical
    /// The text is not UTF-8.
    case notUTF8
}

extension JSONValue {
    /// Reads a value that fills the bytes.
    ///
    /// - Throws: ``JSONError`` for every spelling but the one that ``bytes`` gives.
    init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.value(depth: 0)
        guard parser.offset == bytes.count else { throw .unexpected(offset: parser.offset) }
        guard self.bytes == bytes else { throw .nonCanonical }
    }
}

private struct JSONParser {
    static let maximumDepth = 8

    let bytes: [UInt8]
    var offset = 0

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= Self.maximumDepth else { throw .tooDeep }
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        default: return .number(try number())
        }
    }

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard take(byte) else { throw .unexpected(offset: offset) }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        try expect(UInt8(ascii: "["))
        var values: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return values }
        repeat {
            values.append(try value(depth: depth + 1))
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return values
    }

    private mutating func object(depth: Int) throws(JSONError) -> [JSONMember] {
        try expect(UInt8(ascii: "{"))
        var members: [JSONMember] = []
        // Bytes, because Swift holds texts for equal that Unicode calls equivalent.
        var names: Set<[UInt8]> = []
        if take(UInt8(ascii: "}")) { return members }
        repeat {
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else { throw .repeatedName }
            try expect(UInt8(ascii: ":"))
            members.append(JSONMember(name, try value(depth: depth + 1)))
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return members
    }

    private mutating func number() throws(JSONError) -> UInt64 {
        let start = offset
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            offset += 1
        }
        guard let number = UInt64(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
            throw .unexpected(offset: start)
        }
        return number
    }

    private mutating func string() throws(JSONError) -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw .unexpected(offset: offset) }
            offset += 1
            if byte == UInt8(ascii: "\\") {
                text.append(try escape())
            } else {
                text.append(byte)
            }
        }
        try expect(UInt8(ascii: "\""))
        guard let string = String(validating: text, as: UTF8.self) else { throw .notUTF8 }
        return string
    }

    /// What a backslash stands before; only what the writer escapes.
    private mutating func escape() throws(JSONError) -> UInt8 {
        let start = offset
        guard let byte = peek else { throw .unexpected(offset: offset) }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "f"): return 0x0c
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "u"):
            guard offset + 4 <= bytes.count else { throw .unexpected(offset: start) }
            let digits = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
            guard let code = UInt8(digits, radix: 16), code < 0x20 else {
                throw .unexpected(offset: start)
            }
            offset += 4
            return code
        default: throw .unexpected(offset: start)
        }
    }
}
