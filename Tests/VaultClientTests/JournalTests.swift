// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Testing

@testable import VaultClient

/// The journal of a submission: what a crash leaves, and what it must refuse.
@Suite struct JournalTests {
    private let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    @Test("gives back what was appended")
    func appended() async throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.child("journal"))
        try await write(3, to: path)
        let (_, state) = try await Journal.open(path, key: key)
        #expect(state.digests[1]?.count == 3)
    }

    @Test("a crash at any byte loses at most the entry that was being written")
    func torn() async throws {
        let folder = try TemporaryFolder()
        let whole = FilePath(folder.child("whole"))
        var ends: [Int] = []
        for count in 1...3 {
            let path = FilePath(folder.child("whole-\(count)"))
            try await write(count, to: path)
            ends.append(try Bytes.read(path).count)
        }
        try await write(3, to: whole)
        let bytes = try Bytes.read(whole)
        #expect(bytes.count == ends[2])
        for cut in 0..<bytes.count {
            let path = FilePath(folder.child("torn"))
            try folder.write("torn", Array(bytes[..<cut]))
            let kept = ends.count { $0 <= cut }
            #expect(try Journal.peek(path, key: key).digests[1, default: [:]].count == kept)
            // Opening to write takes a sync: often enough at the ends of entries and between them.
            guard cut % 40 == 0 || ends.contains(cut) || ends.contains(cut + 1) else { continue }
            let (journal, state) = try await Journal.open(path, key: key)
            #expect(state.digests[1, default: [:]].count == kept)
            // What is appended next is read next time.
            try await journal.append(entry(9))
            let again = try Journal.peek(path, key: key)
            #expect(again.digests[1]?.count == kept + 1)
        }
    }

    @Test("refuses an entry before the last with one changed bit")
    func altered() async throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.child("journal"))
        try await write(3, to: path)
        var bytes = try Bytes.read(path)
        bytes[20] ^= 1
        try DurableFile.write(bytes, to: path)
        await #expect(throws: ClientError.self) { try await Journal.open(path, key: key) }
    }

    @Test("refuses entries in another order")
    func swapped() async throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.child("journal"))
        try await write(3, to: path)
        let bytes = try Bytes.read(path)
        let size = bytes.count / 3
        let swapped = bytes[size..<2 * size] + bytes[..<size] + bytes[(2 * size)...]
        try DurableFile.write(Array(swapped), to: path)
        await #expect(throws: ClientError.self) { try await Journal.open(path, key: key) }
    }

    @Test("entries appended at once are all there")
    func concurrent() async throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.child("journal"))
        let (journal, _) = try await Journal.open(path, key: key)
        try await withThrowingTaskGroup { group in
            for segment in 0..<200 {
                group.addTask { try await journal.append(self.entry(segment)) }
            }
            try await group.waitForAll()
        }
        #expect(try Journal.peek(path, key: key).digests[1]?.count == 200)
    }

    private func write(_ count: Int, to path: FilePath) async throws {
        let (journal, _) = try await Journal.open(path, key: key)
        for segment in 0..<count { try await journal.append(entry(segment)) }
    }

    private func entry(_ segment: Int) -> JournalEntry {
        .sending(object: 1, segment: segment, digest: String(repeating: "ab", count: 32))
    }
}
