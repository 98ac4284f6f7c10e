// SPDX-License-Identifier: Apache-2.0

/// The part of JSON that leaves and item files use, in one spelling.
///
/// No spaces; members in the order in which they are written; numbers are whole and not negative;
/// text is UTF-8, in which only quotes, backslashes and control characters are escaped. So the bytes
/// can be hashed, and reading and writing give back the same ones.
public indirect enum JSONValue: Sendable {
    /// A text.
    case string(String)
    /// A whole number.
    case number(UInt64)
    /// Values in their order.
    case array([JSONValue])
    /// Members in the order in which they are written.
    case object([JSONMember])

    /// The value as it is written.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .string(let text): Self.write(text, to: &bytes)
        case .number(let number): bytes += String(number).utf8
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (place, value) in values.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (place, member) in members.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x08: bytes += "\\b".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x0a: bytes += "\\n".utf8
            case 0x0c: bytes += "\\f".utf8
            case 0x0d: bytes += "\\r".utf8
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes += "\\u00\(digits.utf8.count < 2 ? "0" : "")\(digits)".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

// By their bytes, because Swift holds texts for equal that Unicode calls equivalent.
extension JSONValue: Hashable {
    /// Whether two values are written alike.
    public static func == (left: JSONValue, right: JSONValue) -> Bool { left.bytes == right.bytes }

    /// Feeds what is written to a hasher of the standard library.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// A name and its value.
public struct JSONMember: Sendable {
    /// The name, once in its object.
    public let name: String
    /// The value.
    public let value: JSONValue

    /// Names a value.
    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }

    init(_ name: String, _ text: String) { self.init(name, .string(text)) }
}

extension JSONValue {
    /// The values of an object that has just these members in this order.
    func members(_ names: String...) -> [JSONValue]? {
        guard case .object(let members) = self,
            members.count == names.count,
            zip(members, names).allSatisfy({ $0.name.utf8.elementsEqual($1.utf8) })
        else { return nil }
        return members.map(\.value)
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var number: UInt64? {
        if case .number(let number) = self { number } else { nil }
    }

    var array: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }
}
