// SPDX-License-Identifier: Apache-2.0

public import Bulk
import TransparencyLog

/// What a record tells the vault about one encrypted file.
///
/// Written as a line of six fields and a line for each segment:
///
/// ```
/// object: <object id> <envelope sha256> <envelope size> <payload root> <payload size> <key commitment>
/// segment: <sha256>
/// ```
public struct ObjectDescription: Hashable, Sendable {
    /// The size of each segment of a payload in bytes, 4 MiB; the last may be shorter.
    public static let segmentSize: UInt64 = 4 << 20
    /// The largest envelope in bytes, 64 KiB.
    public static let maximumEnvelopeSize: UInt64 = 64 << 10

    /// The object's id.
    public let id: ObjectID
    /// The SHA-256 of the envelope.
    public let envelope: Hash
    /// The size of the envelope in bytes.
    public let envelopeSize: UInt64
    /// The address of the payload: the RFC 6962 tree hash over the segments' digests.
    public let payloadRoot: Hash
    /// The size of the payload in bytes.
    public let payloadSize: UInt64
    /// A commitment to the file key (HKDF-SHA256), checked before the first byte is decrypted.
    public let keyCommitment: Hash
    /// The SHA-256 of each segment, in order.
    public let segments: [Hash]

    /// Describes an object; the payload's address follows from the segments.
    ///
    /// - Parameters:
    ///   - id: The object's id.
    ///   - envelope: The SHA-256 of the envelope.
    ///   - envelopeSize: 1 to ``maximumEnvelopeSize`` bytes.
    ///   - payloadSize: In bytes; it must need just so many segments.
    ///   - keyCommitment: The commitment to the file key.
    ///   - segments: The SHA-256 of each segment, in order; at least one.
    /// - Throws: ``RecordError/envelopeSize(object:)`` or ``RecordError/segmentCount(object:)``.
    public init(
        id: ObjectID,
        envelope: Hash,
        envelopeSize: UInt64,
        payloadSize: UInt64,
        keyCommitment: Hash,
        segments: [Hash]
    ) throws(RecordError) {
        guard (1...Self.maximumEnvelopeSize).contains(envelopeSize) else {
            throw .envelopeSize(object: id)
        }
        guard payloadSize > 0, UInt64(segments.count) == Self.segmentCount(of: payloadSize) else {
            throw .segmentCount(object: id)
        }
        self.id = id
        self.envelope = envelope
        self.envelopeSize = envelopeSize
        payloadRoot = Self.payloadRoot(of: segments)
        self.payloadSize = payloadSize
        self.keyCommitment = keyCommitment
        self.segments = segments
    }

    /// How many segments a payload of so many bytes needs.
    public static func segmentCount(of payloadSize: UInt64) -> UInt64 {
        payloadSize / segmentSize + (payloadSize.isMultiple(of: segmentSize) ? 0 : 1)
    }

    /// The address of a payload: the RFC 6962 tree hash with the segments' digests, 32 bytes each, as
    /// the leaves.
    public static func payloadRoot(of segments: [Hash]) -> Hash {
        MerkleTree.root(of: segments.lazy.map { MerkleTree.leafHash($0.bytes) })
    }

    /// The size of a segment in bytes, by its place in ``segments``.
    public func size(ofSegment place: Int) -> UInt64 {
        precondition(segments.indices.contains(place), "there is no segment \(place)")
        return min(Self.segmentSize, payloadSize - UInt64(place) * Self.segmentSize)
    }
}

extension ObjectDescription {
    init(reading reader: inout LineReader) throws(RecordError) {
        let fields: ObjectFields
        var segments: [Hash] = []
        do throws(LineError) {
            fields = try ObjectFields(reading: &reader)
            while reader.isNext("segment") { segments.append(try reader.hash("segment")) }
        } catch {
            throw .line(error)
        }
        try self.init(
            id: fields.id,
            envelope: fields.envelope,
            envelopeSize: fields.envelopeSize,
            payloadSize: fields.payloadSize,
            keyCommitment: fields.keyCommitment,
            segments: segments
        )
        guard payloadRoot == fields.payloadRoot else { throw .payloadRoot(object: id) }
    }

    func write(to writer: inout LineWriter) {
        writer.add(
            "object",
            [
                id.hex, envelope.hex, String(envelopeSize), payloadRoot.hex, String(payloadSize),
                keyCommitment.hex,
            ]
        )
        writer.add("segment", segments)
    }
}

/// The line that begins an object.
private struct ObjectFields {
    let id: ObjectID
    let envelope: Hash
    let envelopeSize: UInt64
    let payloadRoot: Hash
    let payloadSize: UInt64
    let keyCommitment: Hash

    init(reading reader: inout LineReader) throws(LineError) {
        let key = "object"
        let fields = try reader.fields(key, count: 6)
        guard let id = ObjectID(hex: fields[0]) else { throw reader.malformed(key, .identifier) }
        guard let envelope = Hash(hex: fields[1]), let payloadRoot = Hash(hex: fields[3]),
            let keyCommitment = Hash(hex: fields[5])
        else { throw reader.malformed(key, .hash) }
        guard let envelopeSize = Decimal.value(fields[2]),
            let payloadSize = Decimal.value(fields[4])
        else { throw reader.malformed(key, .decimal) }
        self.id = id
        self.envelope = envelope
        self.envelopeSize = envelopeSize
        self.payloadRoot = payloadRoot
        self.payloadSize = payloadSize
        self.keyCommitment = keyCommitment
    }
}
