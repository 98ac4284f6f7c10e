// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Foundation
import Secrets
import Testing
import Vault

@testable import Evidence
@testable import Sealing

@Suite struct SealingTests {
    /// Sizes around chunks, segments and the threshold for a second thread.
    static let sizes = [
        0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 4_194_272,
        4_194_304, 4_194_305, 9_000_001, 12_582_912,
    ]

    @Test("gives back what was sealed, at every size", arguments: sizes)
    func roundTrip(size: Int) async throws {
        let folder = try Folder()
        let content = Arrange.bytes(size)
        let source = try SourceFile(folder.file("a", content))
        let (object, segments) = try await Arrange.seal(.file(source))
        #expect(object.size == UInt64(size))
        #expect(object.sha256 == Hash(hashing: content))
        #expect(segments.map { Hash(hashing: $0) } == object.description.segments)
        #expect(
            segments.map(\.count).reduce(0, +)
                == Int(ObjectSealer.payloadSize(ofContent: UInt64(size)))
        )
        #expect(try Arrange.open(object, segments) == content)
    }

    @Test("makes a valid age file that pads with zeros")
    func isAgeFile() async throws {
        let (object, segments) = try await Arrange.seal(.bytes(Arrange.bytes(5000)))
        let file = object.envelope + segments.flatMap { $0 }
        let opened = try AgeFile.open(file, with: [Arrange.identity()])
        let text = unsafe opened.withBytes { unsafe Array($0) }
        #expect(
            text == Arrange.bytes(5000)
                + [UInt8](
                    repeating: 0,
                    count: Int(Padme.paddedSize(of: 5000)) - 5000
                )
        )
    }

    @Test("seals to the same bytes again from the same secret")
    func deterministic() async throws {
        let content = Plaintext.bytes(Arrange.bytes(9_000_000))
        let first = try await Arrange.seal(content)
        let second = try await Arrange.seal(content)
        #expect(first.segments == second.segments)
        #expect(first.object.description.keyCommitment == second.object.description.keyCommitment)
        let other = try await Arrange.seal(content, job: 8)
        #expect(first.object.description.id != other.object.description.id)
        #expect(first.segments[0] != other.segments[0])
    }

    @Test("takes another key for another size, and for other bytes in memory")
    func keysFollowContent() throws {
        let folder = try Folder()
        let job = Arrange.job()
        let contents = [
            Plaintext.bytes([1]), .bytes([2]),
            .file(try SourceFile(folder.file("a", [1]))),
            .file(try SourceFile(folder.file("b", [1, 2]))),
        ]
        let nonces = contents.map { job.payloadNonce(1, content: $0.content) }
        #expect(Set(nonces).count == contents.count)
    }

    @Test("never hands out a segment that differs from the recorded one")
    func changedBetweenAttempts() async throws {
        let folder = try Folder()
        var content = Arrange.bytes(9_000_000)
        let first = try await Arrange.seal(.file(SourceFile(folder.file("a", content))))
        content[5_000_000] ^= 1
        let changed = try SourceFile(folder.file("a", content))
        let sealer = try ObjectSealer(
            .file(changed),
            number: 1,
            secrets: Arrange.job(),
            recipient: Arrange.identity().recipient,
            recorded: [1: first.object.description.segments[1]],
            pool: SegmentPool(count: 2)
        )
        var handed: [Hash] = []
        await #expect(throws: SealError.source(.changed(.content(segment: 1)))) {
            while let segment = try await sealer.next() { handed.append(segment.digest) }
        }
        #expect(first.object.description.segments.starts(with: handed))
        #expect(sealer.object == nil)
    }

    @Test("goes on after the recorded segments of the same file")
    func resumes() async throws {
        let content = Plaintext.bytes(Arrange.bytes(9_000_000))
        let first = try await Arrange.seal(content)
        let again = try await Arrange.seal(
            content,
            recorded: [0: first.object.description.segments[0]]
        )
        #expect(again.segments == first.segments)
    }

    @Test("refuses a file that changes while it is read", arguments: [-1, 0, 1])
    func changesWhileRead(growth: Int) async throws {
        let folder = try Folder()
        let path = try folder.file("a", Arrange.bytes(40_000_000))
        let sealer = try ObjectSealer(
            .file(SourceFile(path)),
            number: 1,
            secrets: Arrange.job(),
            recipient: Arrange.identity().recipient,
            pool: SegmentPool(count: 2)
        )
        // With two buffers, one of them held here, nobody can have read to the end.
        let held = try await sealer.next()
        let handle = try FileHandle(forUpdating: URL(filePath: path))
        switch growth {
        case 1:
            try handle.seekToEnd()
            try handle.write(contentsOf: [1])
        case -1: try handle.truncate(atOffset: 30_000_000)
        default:
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1)],
                ofItemAtPath: path
            )
        }
        #expect(held?.index == 0)
        let want: [SourceError.Change] = [.shrunk, .rewritten, .grew]
        await #expect(throws: SealError.source(.changed(want[growth + 1]))) {
            while try await sealer.next() != nil {}
        }
    }

    @Test("refuses what is not a plain file, each with its reason")
    func refusesOthers() throws {
        let folder = try Folder()
        let fifo = folder.url.appending(path: "fifo").path
        unsafe mkfifo(fifo, 0o600)
        #expect(throws: SourceError.notRegular) { try SourceFile(fifo) }
        #expect(throws: SourceError.notRegular) { try SourceFile("/dev/null") }
        #expect(throws: SourceError.folder) { try SourceFile(folder.path) }
        #expect(throws: SourceError.missing) { try SourceFile(folder.path + "/none") }
        let secret = try folder.file("secret", [1])
        unsafe chmod(secret, 0)
        if geteuid() != 0 {
            #expect(throws: SourceError.unreadable) { try SourceFile(secret) }
        }
    }

    @Test("ends when nobody wants the rest")
    func cancels() async throws {
        let pool = SegmentPool(count: 1)
        let content = Plaintext.bytes(Arrange.bytes(9_000_000))
        for _ in 0..<3 {
            let sealer = try ObjectSealer(
                content,
                number: 1,
                secrets: Arrange.job(),
                recipient: Arrange.identity().recipient,
                pool: pool
            )
            #expect(try await sealer.next()?.index == 0)
            sealer.cancel()
            await #expect(throws: SealError.cancelled) { try await sealer.next() }
        }
        // The pool's one buffer came back each time.
        _ = try await Arrange.seal(content, pool: pool)
    }

    /// In a process of its own: the peak is that of a whole process.
    @Test("seals a large sparse file in the memory of its pool")
    func boundedMemory() async {
        await #expect(processExitsWith: .success) {
            let folder = try Folder()
            let path = try folder.file("sparse", [])
            unsafe truncate(path, 256 << 20)
            let before = peakMemory()
            let sealer = try ObjectSealer(
                .file(SourceFile(path)),
                number: 1,
                secrets: Arrange.job(),
                recipient: Arrange.identity().recipient,
                pool: SegmentPool(count: 4)
            )
            var count: UInt64 = 0
            while try await sealer.next() != nil { count += 1 }
            let object = try #require(sealer.object).description
            #expect(count == ObjectDescription.segmentCount(of: object.payloadSize))
            // Four buffers of 4 MiB, and as much for all else.
            let grown = peakMemory() - before
            #expect(grown < 32 << 20)
            withExtendedLifetime(folder) {}
        }
    }

    @Test("knows the padded payload of 100 GB without reading it")
    func largeSizes() throws {
        let size: UInt64 = 100_000_000_000
        let padded = Padme.paddedSize(of: size)
        #expect(padded >= size && padded - size <= size / 8)
        #expect(
            ObjectSealer.payloadSize(ofContent: size) == 16 + padded
                + (padded / 65_536 + (padded % 65_536 == 0 ? 0 : 1)) * 16
        )
    }
}

/// The most memory that this process ever had resident, in bytes.
private func peakMemory() -> Int {
    var usage = rusage()
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss * 1024
}
