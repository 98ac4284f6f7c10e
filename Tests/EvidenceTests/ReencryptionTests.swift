// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import Vault

@testable import Evidence
@testable import Sealing

@Suite("A manifest that is sealed anew")
struct ReencryptionTests {
    private func record(
        _ ids: [ObjectID],
        of manifest: Manifest,
        epoch: UInt64
    ) throws -> SubmissionRecord {
        try SubmissionRecord(
            caseID: Arrange.caseID,
            epoch: epoch,
            commitments: manifest.commitments(secrets: Arrange.job()).hash,
            objects: ids.map { id in
                try ObjectDescription(
                    id: id,
                    envelope: Hash(hashing: [1]),
                    envelopeSize: 1,
                    payloadSize: 1,
                    keyCommitment: Hash(hashing: [2]),
                    segments: [Hash(hashing: [3])]
                )
            }
        )
    }

    private func ids(_ job: UInt8) -> [ObjectID] { (0...2).map { Arrange.job(job).objectID($0) } }

    @Test("keeps every leaf to the byte, and links the old objects to the new by their place")
    func links() throws {
        let first = try Arrange.manifest(names: ["a", "b"])
        let commitments = try first.commitments(secrets: Arrange.job())
        let old = try record(ids(7), of: first, epoch: 1)
        let second = try Manifest(sealingAnew: first, of: old, epoch: 2)
        let new = try record(ids(8), of: first, epoch: 2)
        let third = try Manifest(sealingAnew: second, of: new, epoch: 3)
        for (manifest, epoch) in [(second, 2 as UInt64), (third, 3)] {
            #expect(manifest.was == ids(7))
            #expect(manifest.leaves == first.leaves)
            let read = try Manifest(parsing: manifest.bytes)
            #expect(read.bytes == manifest.bytes && read.was == ids(7))
            #expect(manifest.bytes.count > first.bytes.count)
            let record = try record(ids(9), of: first, epoch: epoch)
            try read.verify(against: record, commitments: commitments)
        }
    }

    @Test("is refused where the places do not fit")
    func refuses() throws {
        let first = try Arrange.manifest(names: ["a", "b"])
        let commitments = try first.commitments(secrets: Arrange.job())
        let old = try record(ids(7), of: first, epoch: 1)
        let second = try Manifest(sealingAnew: first, of: old, epoch: 2)
        let short = try record(Array(ids(8).prefix(2)), of: first, epoch: 2)
        #expect(throws: ManifestError.otherObjects) {
            try second.verify(against: short, commitments: commitments)
        }
        let other = try Manifest(
            sealingAnew: first,
            of: record(ids(6), of: first, epoch: 1),
            epoch: 2
        )
        let new = try record(ids(8), of: first, epoch: 2)
        #expect(throws: ManifestError.otherObjects) {
            try other.verify(against: new, commitments: commitments)
        }
        #expect(throws: ManifestError.otherObjects) {
            try first.verify(against: record(ids(8), of: first, epoch: 1), commitments: commitments)
        }
        let text = String(decoding: second.bytes, as: UTF8.self)
        let list = ids(7).map { "\"\($0.hex)\"" }.joined(separator: ",")
        for wrong in ["[]", "[\(list),1]", "[\"00\"]", "\"00\""] {
            let changed = text.replacing("[\(list)]", with: wrong, maxReplacements: 1)
            #expect(throws: ManifestError.header) { try Manifest(parsing: Array(changed.utf8)) }
        }
    }

    @Test(
        "plaintext that comes in pieces is sealed as it is",
        arguments: [0, 1, 65_537, 9_000_001]
    )
    func pipes(size: Int) async throws {
        let content = Arrange.bytes(size)
        let pipe = PlaintextPipe(sha256: Hash(hashing: content), size: UInt64(size))
        async let isWanted: Bool = {
            for start in stride(from: 0, to: size, by: 700_001) {
                let piece = Array(content[start..<min(start + 700_001, size)])
                guard await pipe.put(piece) else { return false }
            }
            pipe.end()
            return true
        }()
        let (object, segments) = try await Arrange.seal(.pipe(pipe))
        #expect(await isWanted)
        #expect(object.sha256 == Hash(hashing: content))
        #expect(try Arrange.open(object, segments) == content)
        #expect(await !pipe.put([1]))
    }

    @Test("plaintext that ends before its end is not sealed")
    func cutOff() async throws {
        let pipe = PlaintextPipe(sha256: Hash(hashing: []), size: 5000)
        #expect(await pipe.put([1, 2, 3]))
        pipe.end()
        await #expect(throws: SealError.source(.cutOff)) { try await Arrange.seal(.pipe(pipe)) }
    }

    @Test("records follow each other only from the one in force")
    func chains() throws {
        let names = (0..<4 as Range<UInt8>).map { Hash(hashing: [$0]) }
        let submit = Act.submit(
            Submit(
                caseID: Arrange.caseID,
                epoch: 1,
                record: names[0],
                commitments: names[0],
                classes: []
            )
        )
        func act(_ old: Int, _ new: Int) -> Act {
            .reencrypt(
                Reencrypt(
                    caseID: Arrange.caseID,
                    epoch: 1,
                    replacing: names[old],
                    by: names[new],
                    reason: .compromise
                )
            )
        }
        let chains = try RecordChains([submit, act(0, 1), act(1, 2)], of: Arrange.caseID)
        #expect(chains.newest(of: names[0]) == names[2])
        #expect(chains.records(to: names[2]) == Array(names[..<3]))
        #expect(chains.records(to: names[1]) == Array(names[..<2]))
        #expect(chains.records(to: names[3]) == [names[3]])
        for acts in [[act(0, 1)], [act(0, 1), act(0, 2)], [act(0, 1), act(1, 0)], [act(3, 1)]] {
            let acts = acts == [act(0, 1)] ? acts : [submit] + acts
            #expect(throws: BrokenChain.self) { try RecordChains(acts, of: Arrange.caseID) }
        }
    }
}
