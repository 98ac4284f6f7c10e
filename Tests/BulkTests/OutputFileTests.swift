// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Synchronization
import Testing

@Suite("Files written whole")
final class OutputFileTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "saksi-output-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func path(_ name: String) -> String { folder.appending(path: name).path }
    private func content(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: folder.appending(path: name)))
    }
    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// Bytes that say where they are.
    private func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8 ^ $0 >> 16) }
    }

    @Test(
        "every size around blocks and buffers arrives as it was",
        arguments: [0, 1, 4095, 4096, 4097, 1 << 20, (1 << 20) + 1, 5_000_000, 7 << 20]
    )
    func sizes(count: Int) throws {
        let bytes = bytes(count)
        let file = try OutputFile(path: path("file"), replaces: false)
        var writer = file.writer
        var rest = bytes[...]
        var piece = 1
        while !rest.isEmpty {
            try writer.write(rest.prefix(piece))
            rest = rest.dropFirst(piece)
            piece = min(piece * 3, 65_552)
        }
        #expect(try names().isEmpty)
        try file.commit()
        #expect(try content("file") == bytes)
        #expect(try names() == ["file"])
        let source = try FileSource(path: path("file"))
        var read = [UInt8](repeating: 0, count: count + 1)
        let filled = try unsafe read.withUnsafeMutableBytes { try unsafe source.fill($0) }
        #expect(filled == count && read.dropLast() == bytes[...])
    }

    @Test("what is let go while it is written is written under its own descriptor to the end")
    func lettingGo() throws {
        #expect(unsafe mkfifo(path("pipe"), 0o600) == 0)
        let reader = unsafe open(path("pipe"), O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        var file: OutputFile? = try OutputFile(path: path("pipe"), replaces: false)
        #expect(fcntl(reader, F_SETFL, 0) == 0)
        let size = 3 << 20
        // More than a pipe holds: the writing waits for the reader.
        if var writer = file?.writer {
            for _ in 0..<(size >> 16) { try writer.write([UInt8](repeating: 1, count: 1 << 16)) }
            // The third buffer is handed on when there is more.
            try writer.write([1])
        }
        let (start, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let received = Mutex(0)
        Thread.detachNewThread {
            start.wait()
            var room = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = unsafe read(reader, &room, room.count), count > 0 {
                received.withLock { $0 += count }
            }
            end.signal()
        }
        start.signal()
        file = nil
        end.wait()
        #expect(received.withLock { $0 } == size)
    }

    @Test("what is flushed half-way stays in order")
    func flushing() throws {
        let bytes = bytes(300_000)
        let file = try OutputFile(path: path("file"), replaces: false)
        var writer = file.writer
        for start in stride(from: 0, to: bytes.count, by: 1000) {
            try writer.write(bytes[start..<(start + 1000)])
            if start % 7000 == 0 { try writer.flush() }
        }
        try file.commit()
        #expect(try content("file") == bytes)
    }

    @Test("a file that is let go was never there")
    func abandoned() throws {
        do {
            let file = try OutputFile(path: path("file"), replaces: false)
            var writer = file.writer
            try writer.write(bytes(3 << 20))
            try writer.flush()
        }
        #expect(try names().isEmpty)
    }

    @Test("an existing file is replaced only on request, at once and through a link")
    func replacing() throws {
        try Data("before".utf8).write(to: folder.appending(path: "file"))
        #expect(throws: FileError.self) { try OutputFile(path: path("file"), replaces: false) }
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "link"),
            withDestinationURL: folder.appending(path: "file")
        )
        let file = try OutputFile(path: path("link"), replaces: true)
        var writer = file.writer
        try writer.write("after".utf8)
        #expect(try content("file") == Array("before".utf8))
        try file.commit()
        #expect(try content("file") == Array("after".utf8))
        #expect(try names() == ["file", "link"])
        let attributes = try FileManager.default.attributesOfItem(atPath: path("link"))
        #expect(attributes[.type] as? FileAttributeType == .typeSymbolicLink)
    }

    @Test("a file that came up in the meantime is left alone")
    func race() throws {
        let file = try OutputFile(path: path("file"), replaces: false)
        try Data("theirs".utf8).write(to: folder.appending(path: "file"))
        #expect(throws: FileError.self) { try file.commit() }
        #expect(try content("file") == Array("theirs".utf8))
    }

    @Test("a device is written through and stays a device")
    func device() throws {
        let file = try OutputFile(path: "/dev/null", replaces: true)
        var writer = file.writer
        try writer.write(bytes(100_000))
        try file.commit()
        let attributes = try FileManager.default.attributesOfItem(atPath: "/dev/null")
        #expect(attributes[.type] as? FileAttributeType == .typeCharacterSpecial)
    }

    @Test("a full device is an error, and names the file")
    func full() throws {
        let file = try OutputFile(path: "/dev/full", replaces: true)
        var writer = file.writer
        try writer.write(bytes(10))
        let error = #expect(throws: FileError.self) { try file.commit() }
        #expect(error?.description == "cannot write \"/dev/full\": No space left on device")
    }

    @Test("folders are neither read nor written as files, and missing ones are named")
    func folders() throws {
        #expect(throws: FileError.self) { try OutputFile(path: folder.path, replaces: true) }
        #expect(throws: FileError.self) { try OutputFile(path: path("no/file"), replaces: true) }
        #expect(throws: FileError.self) { try FileSource(path: folder.path) }
        #expect(throws: FileError.self) { try FileSource(path: path("nothing")) }
    }
}
