// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import NIOCore
import Synchronization
import Testing
import Vault

@testable import VaultServer

@Suite("Collection of uploads")
struct CollectionTests {
    @Test("what a waiting statement names is not collected, whatever the clock says")
    func waiting() async throws {
        try await withUnsubmitted { vault, note in
            let open = try await self.open(vault)
            var candidate: Candidate? = try await open.sequencer.admission.admit(note)
            #expect(try await open.uploads.collect(before: .latest) == 0)
            guard case .record = candidate?.content else { throw CancellationError() }
            candidate = nil
            #expect(try await open.uploads.collect(before: .latest) == 7)
            await #expect {
                try await open.sequencer.admission.admit(note)
            } throws: { error in
                if case SubmissionError.missing = error { true } else { false }
            }
            await open.close()
        }
    }

    @Test("what is logged is never collected")
    func logged() async throws {
        try await withUnsubmitted { vault, note in
            let open = try await self.open(vault)
            _ = try await open.sequencer.submit(note)
            #expect(try await open.uploads.collect(before: .latest) == 0)
            await open.close()
        }
    }

    @Test("a statement that names what is being collected finds it missing")
    func collecting() async throws {
        try await withUnsubmitted { vault, note in
            let open = try await self.open(vault)
            let id = try #require(CaseID([UInt8](repeating: 3, count: 16)))
            let hash = Hash(hashing: try TestSubmission(to: id).segments[0][0])
            #expect(open.index.memory.beginCollecting([hash]) == [hash])
            await #expect {
                try await open.sequencer.admission.admit(note)
            } throws: { error in
                guard case SubmissionError.missing(let keys) = error else { return false }
                return keys == [.content(.segments, hash)]
            }
            open.index.endCollecting([hash])
            _ = try await open.sequencer.submit(note)
            await open.close()
        }
    }

    @Test("nothing is collected while a logged record cannot be read")
    func lostRecord() async throws {
        try await withUnsubmitted { vault, note in
            let id = try #require(CaseID([UInt8](repeating: 3, count: 16)))
            let hash = try TestSubmission(to: id).record.hash
            do {
                let open = try await self.open(vault)
                _ = try await open.sequencer.submit(note)
                await open.close()
            }
            let path = StorageKey.content(.records, hash).path
            let file = URL(filePath: "\(vault.configuration.data)/\(path)")
            let bytes = try Data(contentsOf: file)
            var flipped = bytes
            flipped[bytes.count / 2] ^= 1
            try flipped.write(to: file)
            try VaultIndex.remove(VaultFolder(vault.configuration).indexPath)
            do {
                let open = try await self.open(vault)
                await #expect {
                    try await open.uploads.collect(before: .latest)
                } throws: { error in
                    guard case UploadError.lostRecord(hash) = error else { return false }
                    return true
                }
                await open.close()
            }
            try bytes.write(to: file)
            try VaultIndex.remove(VaultFolder(vault.configuration).indexPath)
            let open = try await self.open(vault)
            #expect(try await open.uploads.collect(before: .latest) == 0)
            await open.close()
        }
    }

    @Test("an upload that breaks off takes no other's bytes out of the quota")
    func quota() async throws {
        try await withUnsubmitted { vault, _ in
            let open = try await self.open(vault)
            let bytes = [UInt8](repeating: 9, count: 1000)
            let hash = Hash(hashing: bytes)
            let member = try TestPerson(seed: 1).record.fingerprint
            let (slow, sender) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
            let first = Task {
                try await open.uploads.put(
                    .segments,
                    hash,
                    by: member,
                    size: bytes.count,
                    body: slow
                )
            }
            while try await open.uploads.used(by: member) == 0 { await Task.yield() }
            #expect(try await !open.uploads.has(.segments, hash, by: member))
            let (whole, other) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
            other.yield(ByteBuffer(bytes: bytes))
            other.finish()
            let outcome = try await open.uploads.put(
                .segments,
                hash,
                by: member,
                size: bytes.count,
                body: whole
            )
            #expect(outcome == .created)
            sender.finish(throwing: CancellationError())
            await #expect(throws: UploadError.self) { try await first.value }
            #expect(try await open.uploads.used(by: member) == 1000)
            #expect(try await open.uploads.has(.segments, hash, by: member))
            await open.close()
        }
    }

    @Test("an upload that breaks off alone is not counted")
    func brokenOff() async throws {
        try await withUnsubmitted { vault, _ in
            let open = try await self.open(vault)
            let member = try TestPerson(seed: 1).record.fingerprint
            let (body, sender) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
            sender.finish()
            await #expect(throws: UploadError.self) {
                try await open.uploads.put(
                    .segments,
                    Hash(hashing: [1]),
                    by: member,
                    size: 1,
                    body: body
                )
            }
            #expect(try await open.uploads.used(by: member) == 0)
            await open.close()
        }
    }

    private func open(_ vault: ServedVault) async throws -> OpenVault {
        _ = try await freeEngine(in: vault.configuration.data)
        return try await VaultFolder(vault.configuration).open(
            logger: ServedVault.quiet,
            now: vault.clock.now
        )
    }

    /// A vault to which everything of a submission is uploaded, and the statement that names it.
    private func withUnsubmitted(
        _ body: (ServedVault, [UInt8]) async throws -> Void
    ) async throws {
        try await ServedVault.lend { vault in
            let note = Mutex<[UInt8]>([])
            try await vault.serve { client in
                let test = try await TestCase(in: vault, client)
                for (kind, bytes) in test.submission.uploads {
                    try await client.upload(kind, bytes, by: test.submitter, in: vault)
                }
                let signed = try vault.sign(test.submission.submit, by: test.submitter)
                note.withLock { $0 = signed }
            }
            try await body(vault, note.withLock { $0 })
        }
    }
}
