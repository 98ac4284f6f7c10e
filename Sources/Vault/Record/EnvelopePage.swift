// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Some of a case's envelopes as they are now, and the records that describe their objects: what the
/// vault gives to whoever changes the case's key.
///
/// Lines, and below each `record` and `object` line the bytes of it:
///
/// ```
/// saksi/v1 envelopes
/// case: <case id>
/// total: <decimal>                   objects of the whole case; in its first page only
/// record: <leaf> <sha256> <size>     by the submission's entry; size 0 where it must be asked for
/// …<size> bytes
/// object: <object id> <size>         of that submission
/// …<size> bytes
/// next: <leaf>-<object id>           the last line, where there is more: the place of the last object
/// ```
///
/// Leaves ascend, and the objects below each. See <doc:Record>.
public struct EnvelopePage: Sendable {
    /// The largest page in bytes, 4 MiB.
    public static let maximumSize = 4 << 20
    /// The largest record in a page in bytes, 64 KiB; a larger one is asked for by its name.
    public static let maximumRecordSize = 64 << 10

    /// Objects of one submission.
    public struct Section: Sendable {
        /// The leaf index of the submission's entry.
        public let leaf: UInt64
        /// The SHA-256 of the record.
        public let record: Hash
        /// The bytes of the record in the page; none where it must be asked for.
        public let range: Range<Int>
        /// The objects, ascending; at least one.
        public fileprivate(set) var objects: [Object]
    }

    /// An object's envelope.
    public struct Object: Sendable {
        /// The object.
        public let id: ObjectID
        /// The bytes of its envelope in the page.
        public let range: Range<Int>
    }

    /// The case.
    public let caseID: CaseID
    /// How many objects with an envelope the case has; in its first page only.
    public let total: UInt64?
    /// The submissions, ascending.
    public let sections: [Section]
    /// After which object the next page begins; `nil` in the last page.
    public let next: ObjectPlace?
    /// The page as it was sent.
    public let bytes: [UInt8]

    fileprivate static let header = Array("saksi/v1 envelopes\n".utf8)

    /// Reads a page.
    ///
    /// - Throws: ``EnvelopePageError``.
    public init(parsing bytes: [UInt8]) throws(EnvelopePageError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        guard bytes.starts(with: Self.header) else { throw .header }
        var reader = EnvelopeReader(bytes, from: Self.header.count)
        guard let caseID = reader.value("case").flatMap({ CaseID(hex: $0) }) else {
            throw .header
        }
        total = reader.value("total").flatMap { Decimal.value($0) }
        var sections: [Section] = []
        while let section = try Self.section(&reader) {
            if let last = sections.last, last.leaf >= section.leaf {
                throw .order(at: reader.offset)
            }
            sections.append(section)
        }
        next = reader.value("next").flatMap { ObjectPlace(parsing: $0) }
        let last = sections.last.flatMap { section in
            section.objects.last.map { ObjectPlace(leaf: section.leaf, object: $0.id) }
        }
        guard reader.isAtEnd, next == nil || next == last else { throw .line(at: reader.offset) }
        self.caseID = caseID
        self.sections = sections
        self.bytes = bytes
    }

    private static func section(_ reader: inout EnvelopeReader) throws(EnvelopePageError)
        -> Section?
    {
        guard let fields = reader.fields("record", count: 3) else { return nil }
        guard let leaf = Decimal.value(fields[0]), let record = Hash(hex: fields[1]),
            let size = Decimal.value(fields[2]), size <= maximumRecordSize,
            let range = reader.skip(Int(size))
        else { throw .line(at: reader.offset) }
        var section = Section(leaf: leaf, record: record, range: range, objects: [])
        while let fields = reader.fields("object", count: 2) {
            guard let id = ObjectID(hex: fields[0]), let size = Decimal.value(fields[1]),
                (1...ObjectDescription.maximumEnvelopeSize).contains(size),
                let range = reader.skip(Int(size))
            else { throw .line(at: reader.offset) }
            if let last = section.objects.last, last.id >= id { throw .order(at: reader.offset) }
            section.objects.append(Object(id: id, range: range))
        }
        guard !section.objects.isEmpty else { throw .line(at: reader.offset) }
        return section
    }

    /// Puts a page together.
    public struct Writer: Sendable {
        /// The page so far.
        public private(set) var bytes: [UInt8]

        /// Begins a page.
        ///
        /// - Parameters:
        ///   - caseID: The case.
        ///   - total: How many objects it has, in its first page.
        public init(caseID: CaseID, total: UInt64?) {
            bytes = EnvelopePage.header + "case: \(caseID.hex)\n".utf8
            if let total { bytes += "total: \(total)\n".utf8 }
        }

        /// Begins a submission; its record is left out where it is empty.
        public mutating func add(record: Hash, at leaf: UInt64, _ content: some Sequence<UInt8>) {
            let content = Array(content)
            bytes += "record: \(leaf) \(record.hex) \(content.count)\n".utf8
            bytes += content
        }

        /// Adds an object of the submission.
        public mutating func add(_ object: ObjectID, _ envelope: some Collection<UInt8>) {
            bytes += "object: \(object.hex) \(envelope.count)\n".utf8
            bytes += envelope
        }

        /// Says that there is more after the last object, which has this place.
        public mutating func end(before next: ObjectPlace) {
            bytes += "next: \(next.text)\n".utf8
        }
    }
}

/// Why bytes are not a page of envelopes.
public enum EnvelopePageError: Error, Equatable, Sendable {
    /// It is larger than ``EnvelopePage/maximumSize``.
    case tooLarge
    /// The first lines are not in their form.
    case header
    /// A line is not in its form, or what it announces is cut off; with its offset in bytes.
    case line(at: Int)
    /// A submission or an object does not come after the one before it; with its offset in bytes.
    case order(at: Int)
}

extension EnvelopePageError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the page of envelopes is larger than \(EnvelopePage.maximumSize) bytes"
        case .header: "the first lines of the page of envelopes are not in their form"
        case .line(let offset):
            "the line at byte \(offset) of the page of envelopes is not in its form"
        case .order(let offset):
            "what stands before byte \(offset) of the page of envelopes is out of order"
        }
    }
}
