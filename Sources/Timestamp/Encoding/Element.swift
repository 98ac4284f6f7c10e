// SPDX-License-Identifier: Apache-2.0

/// The identifier octets that requests, responses and tokens are made of (X.690, section 8.1.2).
enum Tag {
    static let boolean: UInt8 = 0x01
    static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let null: UInt8 = 0x05
    static let objectIdentifier: UInt8 = 0x06
    static let utf8String: UInt8 = 0x0c
    static let utcTime: UInt8 = 0x17
    static let generalizedTime: UInt8 = 0x18
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31

    /// Set where the content is made of elements.
    static let constructed: UInt8 = 0x20

    /// `[number]` around a simple value.
    static func context(_ number: UInt8) -> UInt8 { 0x80 | number }

    /// `[number]` around elements.
    static func contextConstructed(_ number: UInt8) -> UInt8 { 0xa0 | number }
}

/// One element in BER, of which DER is a part (X.690, section 8.1).
struct Element {
    /// The identifier octet.
    let tag: UInt8
    /// What stands in it, without the octets that end it.
    let content: ArraySlice<UInt8>
    /// All of it as it stands.
    let encoding: ArraySlice<UInt8>

    var isConstructed: Bool { tag & Tag.constructed != 0 }

    /// The elements in this one.
    func elements(of part: TimestampPart) -> Elements { Elements(content, of: part) }

    /// The bytes of an OCTET STRING, which BER may write in pieces.
    func octets(of part: TimestampPart, depth: Int = 0) throws(TimestampSyntaxError) -> [UInt8] {
        if tag == Tag.octetString { return Array(content) }
        guard tag == Tag.octetString | Tag.constructed, depth < Elements.maximumDepth else {
            throw .malformed(part)
        }
        var octets: [UInt8] = []
        var pieces = elements(of: part)
        while let piece = try pieces.next() {
            octets += try piece.octets(of: part, depth: depth + 1)
        }
        return octets
    }

    /// The content of an INTEGER, which has one spelling in BER as well (X.690, section 8.3.2).
    func integer(of part: TimestampPart) throws(TimestampSyntaxError) -> [UInt8] {
        let value = Array(content)
        guard let first = value.first else { throw .malformed(part) }
        if value.count > 1 {
            let sign: UInt8 = value[1] & 0x80 == 0 ? 0x00 : 0xff
            guard first != sign else { throw .malformed(part) }
        }
        return value
    }

    /// The element in DER, as far as lengths and pieces go: a set keeps its order.
    func definite(of part: TimestampPart, depth: Int = 0) throws(TimestampSyntaxError) -> [UInt8] {
        guard isConstructed else { return DER.element(tag, content) }
        guard depth < Elements.maximumDepth else { throw .malformed(part) }
        if tag == Tag.octetString | Tag.constructed {
            return DER.element(Tag.octetString, try octets(of: part))
        }
        var inner: [UInt8] = []
        var children = elements(of: part)
        while let child = try children.next() {
            inner += try child.definite(of: part, depth: depth + 1)
        }
        return DER.element(tag, inner)
    }
}

/// Elements one after the other, read as far as they are asked for.
struct Elements {
    /// How deep elements may lie in each other.
    static let maximumDepth = 30

    private let whole: ArraySlice<UInt8>
    private var rest: ArraySlice<UInt8>
    private let part: TimestampPart

    /// - Parameters:
    ///   - bytes: the elements
    ///   - part: what they are, for an error to name
    init(_ bytes: ArraySlice<UInt8>, of part: TimestampPart) {
        whole = bytes
        rest = bytes
        self.part = part
    }

    /// What has not been read.
    var remaining: Int { rest.count }

    /// The next element, or `nil` at the end.
    mutating func next() throws(TimestampSyntaxError) -> Element? {
        rest.isEmpty ? nil : try element(depth: 0)
    }

    /// The next element if it has this tag.
    mutating func next(_ tag: UInt8) throws(TimestampSyntaxError) -> Element? {
        rest.first == tag ? try next() : nil
    }

    /// The next element, which has this tag.
    mutating func expect(_ tag: UInt8) throws(TimestampSyntaxError) -> Element {
        guard let element = try next(tag) else { throw .malformed(part) }
        return element
    }

    /// Sees to it that nothing follows.
    func end() throws(TimestampSyntaxError) {
        guard rest.isEmpty else { throw .malformed(part) }
    }

    private mutating func octet() throws(TimestampSyntaxError) -> UInt8 {
        guard let octet = rest.popFirst() else { throw .malformed(part) }
        return octet
    }

    private mutating func element(depth: Int) throws(TimestampSyntaxError) -> Element {
        guard depth <= Self.maximumDepth else { throw .malformed(part) }
        let start = rest.startIndex
        let tag = try octet()
        // Numbers of 31 and above take more octets; nothing here has one.
        guard tag != 0, tag & 0x1f != 0x1f else { throw .malformed(part) }
        let first = try octet()
        if first == 0x80 {
            guard tag & Tag.constructed != 0 else { throw .malformed(part) }
            let content = rest.startIndex
            while !rest.starts(with: [0, 0]) { _ = try element(depth: depth + 1) }
            let end = rest.startIndex
            rest = rest.dropFirst(2)
            return Element(
                tag: tag,
                content: whole[content..<end],
                encoding: whole[start..<rest.startIndex]
            )
        }
        var count = Int(first)
        if first > 0x80 {
            // Eight octets of length would be a file of more than 2⁵⁶ bytes.
            guard first < 0x88 else { throw .malformed(part) }
            count = 0
            for _ in 0..<(first & 0x7f) { count = count << 8 | Int(try octet()) }
        }
        guard count <= rest.count else { throw .malformed(part) }
        let content = rest.prefix(count)
        rest = rest.dropFirst(count)
        return Element(tag: tag, content: content, encoding: whole[start..<rest.startIndex])
    }
}
