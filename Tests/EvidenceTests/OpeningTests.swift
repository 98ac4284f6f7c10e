// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Foundation
import Secrets
import TestSupport
import Testing
import Vault

@testable import Evidence
@testable import Sealing

@Suite struct OpeningTests {
    private func sealed() async throws -> (object: SealedObject, segments: [[UInt8]]) {
        try await Arrange.seal(.bytes(Arrange.bytes(5_000_000)))
    }

    @Test("refuses another epoch's key")
    func otherEpoch() async throws {
        let (object, segments) = try await sealed()
        #expect(throws: OpenError.header(.noMatch)) {
            try Arrange.open(object, segments, with: [Arrange.identity(2)])
        }
    }

    @Test("refuses an envelope that the record does not name")
    func otherEnvelope() async throws {
        let (object, segments) = try await sealed()
        let other = try await sealed().object
        let mixed = SealedObject(
            description: object.description,
            envelope: other.envelope,
            sha256: object.sha256,
            size: object.size
        )
        #expect(throws: OpenError.envelope) { try Arrange.open(mixed, segments) }
    }

    @Test("refuses a file key that the record does not commit to")
    func otherFileKey() async throws {
        let (object, segments) = try await sealed()
        let other = try await Arrange.seal(.bytes([1]), number: 2).object
        let description = try ObjectDescription(
            id: object.description.id,
            envelope: other.description.envelope,
            envelopeSize: other.description.envelopeSize,
            payloadSize: object.description.payloadSize,
            keyCommitment: object.description.keyCommitment,
            segments: object.description.segments
        )
        let mixed = SealedObject(
            description: description,
            envelope: other.envelope,
            sha256: object.sha256,
            size: object.size
        )
        #expect(throws: OpenError.keyCommitment) { try Arrange.open(mixed, segments) }
    }

    @Test("refuses a flipped bit in any segment, and never goes on after it")
    func flippedBit() async throws {
        let (object, segments) = try await sealed()
        for place in segments.indices {
            var damaged = segments
            damaged[place][17] ^= 1
            #expect(throws: OpenError.segment(place)) { try Arrange.open(object, damaged) }
        }
    }

    @Test("refuses a payload that ends early, goes on too long, or is out of order")
    func wrongSegments() async throws {
        let (object, segments) = try await sealed()
        #expect(throws: OpenError.missingSegment(1)) {
            try Arrange.open(object, [segments[0]])
        }
        #expect(throws: OpenError.extraSegment) {
            try Arrange.open(object, segments + [segments[0]])
        }
        #expect(throws: OpenError.segment(0)) {
            try Arrange.open(object, segments.reversed())
        }
    }

    @Test("refuses a size, a padding or a hash that the manifest does not have")
    func wrongManifest() async throws {
        let (object, segments) = try await sealed()
        func open(sha256: Hash, size: UInt64) throws {
            _ = try Arrange.open(
                SealedObject(
                    description: object.description,
                    envelope: object.envelope,
                    sha256: sha256,
                    size: size
                ),
                segments
            )
        }
        #expect(throws: OpenError.size) { try open(sha256: object.sha256, size: 7_000_000) }
        #expect(throws: OpenError.size) { try open(sha256: object.sha256, size: .max) }
        #expect(throws: OpenError.padding) { try open(sha256: object.sha256, size: 4_999_999) }
        #expect(throws: OpenError.sha256) { try open(sha256: Hash(hashing: []), size: object.size) }
    }

    @Test("opens a payload under a new envelope, and only for the new recipient")
    func rewraps() async throws {
        let (object, segments) = try await sealed()
        let envelope = try Envelope.rewrapped(
            object.envelope,
            of: object.description,
            with: [Arrange.identity()],
            for: Arrange.identity(2).recipient
        )
        let description = try ObjectDescription(
            id: object.description.id,
            envelope: Hash(hashing: envelope),
            envelopeSize: UInt64(envelope.count),
            payloadSize: object.description.payloadSize,
            keyCommitment: object.description.keyCommitment,
            segments: object.description.segments
        )
        let moved = SealedObject(
            description: description,
            envelope: envelope,
            sha256: object.sha256,
            size: object.size
        )
        #expect(
            try Arrange.open(moved, segments, with: [Arrange.identity(2)])
                == Arrange.bytes(5_000_000)
        )
        #expect(throws: OpenError.header(.noMatch)) { try Arrange.open(moved, segments) }
    }

    @Test(
        "refuses one of two headers that open one payload to two texts",
        .enabled(if: Vectors.exist("age-extra"), Vectors.reason)
    )
    func salamander() throws {
        let payload = try Vectors.bytes("age-extra/salamander_payload.bin")
        let identities = try unsafe Vectors.bytes("age-extra/salamander_identity.txt")
            .withUnsafeBytes { try unsafe IdentityFile.identities(in: $0) }
        let id = Arrange.job().objectID(1)
        let headers = try ["a", "b"].map {
            try Vectors.bytes("age-extra/salamander_header_\($0).txt")
        }
        let commitments = try headers.map {
            KeyCommitment.of(try Header(parsing: $0).fileKey(for: identities), object: id)
        }
        #expect(commitments[0] != commitments[1])
        for (header, isGenuine) in zip(headers, [true, false]) {
            let description = try ObjectDescription(
                id: id,
                envelope: Hash(hashing: header),
                envelopeSize: UInt64(header.count),
                payloadSize: UInt64(payload.count),
                keyCommitment: commitments[0],
                segments: [Hash(hashing: payload)]
            )
            if isGenuine {
                _ = try Envelope.fileKey(in: header, of: description, with: identities)
            } else {
                #expect(throws: OpenError.keyCommitment) {
                    _ = try Envelope.fileKey(in: header, of: description, with: identities)
                }
            }
        }
    }
}
