// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// What the vault is told about a submission: its objects, and no name, type or plaintext hash.
///
/// ```
/// saksi/v1 record
/// case: <case id>
/// epoch: <decimal>
/// commitments: <sha256>
/// object: …                  see ``ObjectDescription``; the first is the manifest
/// ```
///
/// Stored under its SHA-256, which the `submit` statement names. See <doc:Record>.
public struct SubmissionRecord: Hashable, Sendable {
    /// The largest record in bytes, 16 MiB.
    public static let maximumSize = 16 << 20

    /// The case it is submitted to.
    public let caseID: CaseID
    /// The epoch of the case's key that the objects are sealed to.
    public let epoch: UInt64
    /// The SHA-256 of the commitment list.
    public let commitments: Hash
    /// The objects.
    ///
    /// At least one; the first is the manifest.
    public let objects: [ObjectDescription]

    private static let header = "saksi/v1 record"

    /// Puts a record together.
    ///
    /// - Throws: ``RecordError/noObject``, ``RecordError/repeatedObject(_:)`` or
    ///   ``RecordError/tooLarge``.
    public init(
        caseID: CaseID,
        epoch: UInt64,
        commitments: Hash,
        objects: [ObjectDescription]
    ) throws(RecordError) {
        try Self.check(objects)
        self.caseID = caseID
        self.epoch = epoch
        self.commitments = commitments
        self.objects = objects
        guard text.utf8.count <= Self.maximumSize else { throw .tooLarge }
    }

    /// Reads a record.
    ///
    /// - Throws: ``RecordError`` for every spelling but the one that ``bytes`` gives, and for sizes,
    ///   counts and addresses that do not fit together.
    public init(parsing bytes: [UInt8]) throws(RecordError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        var reader: LineReader
        do throws(LineError) {
            reader = try LineReader(bytes)
            try reader.header(Self.header)
            caseID = try reader.identifier("case")
            epoch = try reader.epoch("epoch")
            commitments = try reader.hash("commitments")
        } catch {
            throw .line(error)
        }
        var objects: [ObjectDescription] = []
        while !reader.isAtEnd { objects.append(try ObjectDescription(reading: &reader)) }
        try Self.check(objects)
        self.objects = objects
    }

    private static func check(_ objects: [ObjectDescription]) throws(RecordError) {
        guard !objects.isEmpty else { throw .noObject }
        var seen: Set<ObjectID> = []
        for object in objects where !seen.insert(object.id).inserted {
            throw .repeatedObject(object.id)
        }
    }

    private var text: String {
        var writer = LineWriter(Self.header)
        writer.add("case", caseID)
        writer.add("epoch", epoch)
        writer.add("commitments", commitments)
        for object in objects { object.write(to: &writer) }
        return writer.text
    }

    /// The record as it is stored.
    public var bytes: [UInt8] { Array(text.utf8) }

    /// The name under which it is stored.
    public var hash: Hash { Hash(hashing: bytes) }
}

/// Why bytes are not a record.
public enum RecordError: Error, Equatable, Sendable {
    /// The record is larger than ``SubmissionRecord/maximumSize``.
    case tooLarge
    /// A line is not in its form.
    case line(LineError)
    /// There is no object, so no manifest.
    case noObject
    /// Two objects have one id.
    case repeatedObject(ObjectID)
    /// An envelope is empty or larger than ``ObjectDescription/maximumEnvelopeSize``.
    case envelopeSize(object: ObjectID)
    /// A payload is empty, or its size does not need just so many segments.
    case segmentCount(object: ObjectID)
    /// A payload's address is not the tree hash over its segments.
    case payloadRoot(object: ObjectID)
}

extension RecordError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the record is larger than \(SubmissionRecord.maximumSize) bytes"
        case .line(let error): "the record's \(error)"
        case .noObject: "the record has no object"
        case .repeatedObject(let id): "the record lists object \(id) twice"
        case .envelopeSize(let id):
            "the envelope of object \(id) has not 1 to \(ObjectDescription.maximumEnvelopeSize) bytes"
        case .segmentCount(let id):
            "the payload of object \(id) does not fit the number of its segments"
        case .payloadRoot(let id):
            "the payload root of object \(id) is not the tree hash of its segments"
        }
    }
}
