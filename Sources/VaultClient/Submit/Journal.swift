// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import NIOPosix

/// What the entries of a journal add up to.
protocol JournalContent: Sendable {
    associatedtype Entry: Codable & Sendable

    /// A journal whose entries are authentic and yet make no sense.
    static var damage: ClientError { get }

    /// Before the first entry.
    init()

    mutating func apply(_ entry: Entry)
}

/// The journal of a submission.
typealias Journal = SealedJournal<JournalState>

/// An append-only file of encrypted entries: what a piece of work needs to go on after a crash.
///
/// Each entry is `length (4 bytes, big-endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16)` under
/// ChaCha20-Poly1305, with the entry's number (8 bytes, big-endian) as associated data, so entries
/// cannot be swapped, left out or moved between journals. The nonce is random: a torn entry is
/// written again with other content, and a counter would then repeat one.
actor SealedJournal<Content: JournalContent> {
    /// JSON of a plan with tens of thousands of long paths.
    static var maximumEntrySize: Int { 64 << 20 }

    private let path: FilePath
    private let file: Descriptor
    private let key: SymmetricKey
    /// The number of the next entry.
    private var next: UInt64 = 0
    /// Entries below this number are on the disk.
    private var durable: UInt64 = 0
    /// Sealed entries not yet handed to a write.
    private var pending: [UInt8] = []
    private var isWriting = false
    private var failure: (any Error)?
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Opens the journal, reads what is whole, and cuts off what a crash left half-written.
    ///
    /// - Throws: ``ClientError`` when an entry before the last was altered; ``FileError``.
    static func open(
        _ path: FilePath,
        key: SymmetricKey
    ) async throws -> (SealedJournal, Content) {
        let journal = try SealedJournal(path, key: key)
        return (journal, try await journal.replay())
    }

    private init(_ path: FilePath, key: SymmetricKey) throws(FileError) {
        self.path = path
        self.key = key
        file = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW)
    }

    /// Adds an entry and returns when it is on the disk.
    ///
    /// Entries that arrive while one write is under way share the next one, so several segments in
    /// flight cost one sync and not one each.
    func append(_ entry: Content.Entry) async throws {
        let mine = try enqueue(entry)
        while durable <= mine {
            if let failure { throw failure }
            guard !isWriting else {
                await withCheckedContinuation { waiting.append($0) }
                continue
            }
            await writePending()
        }
    }

    /// Adds an entry that may be lost in a crash; it reaches the disk with the next one that may not.
    func note(_ entry: Content.Entry) throws {
        _ = try enqueue(entry)
    }

    private func enqueue(_ entry: Content.Entry) throws -> UInt64 {
        let sealed = try ChaChaPoly.seal(
            try JSONEncoder().encode(entry),
            using: key,
            authenticating: Self.bytes(of: next)
        ).combined
        pending.append(contentsOf: Self.bytes(of: UInt32(sealed.count)))
        pending.append(contentsOf: sealed)
        next += 1
        return next - 1
    }

    private func writePending() async {
        let bytes = pending
        let end = next
        let number = file.number
        pending = []
        isWriting = true
        do {
            // A sync takes milliseconds, or seconds on a telephone's card: not on a thread that
            // others need.
            try await NIOThreadPool.singleton.runIfActive { [path] in
                try Self.write(bytes, to: number, path)
            }
            durable = end
        } catch {
            failure = error
        }
        isWriting = false
        let woken = waiting
        waiting = []
        for turn in woken { turn.resume() }
    }

    private func replay() throws -> Content {
        let (state, count, whole) = try Self.read(path, key: key)
        next = count
        durable = count
        guard ftruncate(file.number, off_t(whole)) == 0, lseek(file.number, 0, SEEK_END) >= 0 else {
            throw FileError(.write, path)
        }
        return state
    }

    /// What a journal adds up to, without changing it; another process may be writing to it.
    static func peek(_ path: FilePath, key: SymmetricKey) throws -> Content {
        try read(path, key: key).state
    }

    /// Reads whole entries from the start.
    ///
    /// - Returns: What they add up to, how many there are, and how many bytes they take.
    private static func read(
        _ path: FilePath,
        key: SymmetricKey
    ) throws -> (state: Content, count: UInt64, bytes: Int) {
        var state = Content()
        var count: UInt64 = 0
        let bytes = try DurableFile.read(path, limit: 8 * maximumEntrySize) ?? []
        var rest = bytes[...]
        while rest.count >= 4 {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard length <= maximumEntrySize, rest.count >= 4 + length else { break }
            let sealed = rest.dropFirst(4).prefix(length)
            let after = rest.dropFirst(4 + length)
            guard
                let box = try? ChaChaPoly.SealedBox(combined: sealed),
                let opened = try? ChaChaPoly.open(
                    box,
                    using: key,
                    authenticating: Self.bytes(of: count)
                )
            else {
                // Torn by a crash only where nothing follows.
                if after.isEmpty { break }
                throw Content.damage
            }
            state.apply(try JSONDecoder().decode(Content.Entry.self, from: opened))
            count += 1
            rest = after
        }
        return (state, count, bytes.count - rest.count)
    }

    private static func write(_ bytes: [UInt8], to number: Int32, _ path: FilePath) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Foundation.write(number, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw FileError(.write, path)
            }
        }
        guard fdatasync(number) == 0 else { throw FileError(.write, path) }
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: number.bigEndian) { unsafe Array($0) }
    }
}
