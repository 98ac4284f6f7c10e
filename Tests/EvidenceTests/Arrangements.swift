// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Foundation
import Secrets
import Testing
import Vault

@testable import Evidence
@testable import Sealing

/// A folder of a test, removed with it.
final class Folder {
    let url: URL
    var path: String { url.path }

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "saksi-evidence-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and gives its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = url.appending(path: name)
        try Data(bytes).write(to: file)
        return file.path
    }
}

/// Random bytes that are the same in every run.
struct FixedEntropy: EntropySource {
    var seed: UInt64

    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        var state = seed
        for place in buffer.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            unsafe buffer[place] = UInt8(truncatingIfNeeded: state >> 33)
        }
    }
}

enum Arrange {
    static let caseID: CaseID = {
        guard let id = CaseID(0..<16) else { preconditionFailure("an id has 16 bytes") }
        return id
    }()
    /// 2026-11-21T05:50:42Z.
    static let created = UTCTime(seconds: 1_795_240_242)

    static func job(_ byte: UInt8 = 7) -> JobSecret {
        JobSecret(SecretBytes(copying: [UInt8](repeating: byte, count: 32)))
    }

    static func identity(_ byte: UInt8 = 1) -> HybridIdentity {
        HybridIdentity(seed: SecretBytes(copying: [UInt8](repeating: byte, count: 32)))
    }

    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        FixedEntropy(seed: seed).bytes(count)
    }

    /// Seals everything and keeps the payload.
    static func seal(
        _ plaintext: Plaintext,
        number: Int = 1,
        recorded: [Int: Hash] = [:],
        job byte: UInt8 = 7,
        for recipient: HybridRecipient = identity().recipient,
        pool: SegmentPool = SegmentPool(count: 3)
    ) async throws -> (object: SealedObject, segments: [[UInt8]]) {
        let sealer = try ObjectSealer(
            plaintext,
            number: number,
            secrets: job(byte),
            recipient: recipient,
            recorded: recorded,
            pool: pool
        )
        var segments: [[UInt8]] = []
        while let segment = try await sealer.next() {
            let bytes = unsafe segment.withBytes { unsafe Array($0) }
            segments.append(bytes)
        }
        return (try #require(sealer.object), segments)
    }

    static func open(
        _ object: SealedObject,
        _ segments: [[UInt8]],
        with identities: [any Identity] = [identity()]
    ) throws -> [UInt8] {
        var opener = try ObjectOpener(
            envelope: object.envelope,
            description: object.description,
            identities: identities,
            sha256: object.sha256,
            size: object.size
        )
        var text: [UInt8] = []
        for var segment in segments {
            try unsafe segment.withUnsafeMutableBytes { segment in
                try unsafe opener.open(segment) { unsafe text.append(contentsOf: $0) }
            }
        }
        try opener.finish()
        return text
    }

    static func item(_ number: Int, name: String, size: UInt64 = 3) -> ManifestItem {
        ManifestItem(
            object: job().objectID(number),
            sha256: Hash(hashing: Array("\(number)".utf8)),
            size: size,
            name: ItemName(Array(name.utf8)),
            type: "text/plain",
            modified: created,
            role: number == 1 ? .testimony : .file
        )
    }

    /// A manifest of one item with this content, of which more is said.
    static func manifest(
        of content: [UInt8] = [],
        role: ManifestItem.Role = .file,
        details: ItemDetails,
        consentFacts: [ManifestFact] = []
    ) throws -> Manifest {
        try Manifest(
            caseID: caseID,
            epoch: 1,
            created: created,
            consent: [.court],
            consentFacts: consentFacts,
            items: [
                ManifestItem(
                    object: job().objectID(1),
                    sha256: Hash(hashing: content),
                    size: UInt64(content.count),
                    name: ItemName(Array("a".utf8)),
                    type: "text/plain",
                    modified: created,
                    role: role,
                    details: details
                )
            ],
            secrets: job()
        )
    }

    static func manifest(names: [String]) throws -> Manifest {
        try Manifest(
            caseID: caseID,
            epoch: 1,
            created: created,
            consent: [.un, .court],
            items: names.enumerated().map { item($0 + 1, name: $1) },
            secrets: job()
        )
    }
}
