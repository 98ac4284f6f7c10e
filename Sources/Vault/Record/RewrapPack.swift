// SPDX-License-Identifier: Apache-2.0

import Bulk

/// Envelopes of a case, sealed anew to an epoch of its key: what a rotation uploads.
///
/// Lines, and below each `object` line the bytes of an age header:
///
/// ```
/// saksi/v1 rewrap
/// case: <case id>
/// epoch: <decimal>
/// object: <object id> <size>
/// …<size> bytes
/// lost: <object id>                what could not be opened, and stays as it is
/// ```
///
/// The objects of a pack ascend; a rotation of many is cut into several packs. Stored under its SHA-256. See
/// <doc:Record>.
public struct RewrapPack: Hashable, Sendable {
    /// The largest pack in bytes, 4 MiB.
    public static let maximumSize = 4 << 20

    /// Where an envelope lies in the pack.
    public struct Place: Hashable, Sendable {
        /// The object.
        public let object: ObjectID
        /// The bytes of its envelope in the pack; `nil` where it could not be opened.
        public let range: Range<Int>?
    }

    /// The case.
    public let caseID: CaseID
    /// The epoch that the envelopes are sealed to.
    public let epoch: UInt64
    /// The objects, ascending; at least one.
    public let places: [Place]
    /// The pack as it is stored.
    public let bytes: [UInt8]

    private static let header = Array("saksi/v1 rewrap\n".utf8)

    /// Reads a pack.
    ///
    /// - Throws: ``RewrapPackError``.
    public init(parsing bytes: [UInt8]) throws(RewrapPackError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        guard bytes.starts(with: Self.header) else { throw .header }
        var reader = EnvelopeReader(bytes, from: Self.header.count)
        guard let caseID = reader.value("case").flatMap({ CaseID(hex: $0) }) else {
            throw .header
        }
        guard let epoch = reader.value("epoch").flatMap({ Decimal.value($0) }), epoch >= 1 else {
            throw .header
        }
        var places: [Place] = []
        while !reader.isAtEnd {
            let place = try Self.place(&reader)
            if let last = places.last, last.object >= place.object {
                throw .order(place.object)
            }
            places.append(place)
        }
        guard !places.isEmpty else { throw .empty }
        self.caseID = caseID
        self.epoch = epoch
        self.places = places
        self.bytes = bytes
    }

    private static func place(_ reader: inout EnvelopeReader) throws(RewrapPackError) -> Place {
        if let lost = reader.value("lost") {
            guard let object = ObjectID(hex: lost) else { throw .line(at: reader.offset) }
            return Place(object: object, range: nil)
        }
        guard let fields = reader.fields("object", count: 2),
            let object = ObjectID(hex: fields[0]), let size = Decimal.value(fields[1])
        else { throw .line(at: reader.offset) }
        guard (1...ObjectDescription.maximumEnvelopeSize).contains(size),
            let range = reader.skip(Int(size))
        else { throw .envelopeSize(object) }
        return Place(object: object, range: range)
    }

    /// Puts packs together from envelopes that come in any order.
    public struct Writer: Sendable {
        private let head: [UInt8]
        private var waiting: [(object: ObjectID, bytes: [UInt8])] = []
        private var size = 0

        /// Begins with nothing.
        public init(caseID: CaseID, epoch: UInt64) {
            head = RewrapPack.header + Array("case: \(caseID.hex)\nepoch: \(epoch)\n".utf8)
        }

        /// Adds an envelope, or takes note of an object that could not be opened.
        ///
        /// - Returns: A pack that is full, to be stored; the envelope is in the next one then.
        public mutating func add(_ object: ObjectID, _ envelope: [UInt8]?) -> [UInt8]? {
            let bytes =
                if let envelope {
                    Array("object: \(object.hex) \(envelope.count)\n".utf8) + envelope
                } else {
                    Array("lost: \(object.hex)\n".utf8)
                }
            let isFull = head.count + size + bytes.count > RewrapPack.maximumSize
            let full = isFull ? finish() : nil
            waiting.append((object, bytes))
            size += bytes.count
            return full
        }

        /// The last pack; `nil` where nothing was added since the one before.
        public mutating func finish() -> [UInt8]? {
            guard !waiting.isEmpty else { return nil }
            waiting.sort { $0.object < $1.object }
            let pack = waiting.reduce(into: head) { $0 += $1.bytes }
            waiting = []
            size = 0
            return pack
        }
    }
}

/// Why bytes are not a pack of envelopes.
public enum RewrapPackError: Error, Equatable, Sendable {
    /// It is larger than ``RewrapPack/maximumSize``.
    case tooLarge
    /// The first three lines are not in their form.
    case header
    /// There is no object.
    case empty
    /// A line is not in its form; with its offset in bytes.
    case line(at: Int)
    /// An object does not come after the one before it.
    case order(ObjectID)
    /// An envelope is empty, too large or cut off.
    case envelopeSize(ObjectID)
}

extension RewrapPackError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the pack of envelopes is larger than \(RewrapPack.maximumSize) bytes"
        case .header: "the first lines of the pack of envelopes are not in their form"
        case .empty: "the pack of envelopes holds none"
        case .line(let offset):
            "the line at byte \(offset) of the pack of envelopes is not in its form"
        case .order(let id): "object \(id) is out of order in the pack of envelopes"
        case .envelopeSize(let id): "the envelope of object \(id) is empty, too large or cut off"
        }
    }
}
