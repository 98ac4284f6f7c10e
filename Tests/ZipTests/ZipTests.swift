// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Subprocess
import Testing

@testable import Zip

@Suite struct ZipTests {
    private static let hasTools = ["/usr/bin/unzip", "/usr/bin/zip"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// 4 is smaller than some files and all offsets but the first.
    @Test(
        "unzip, zip and Python read an archive, with and without the fields of ZIP64",
        .enabled(if: hasTools, "zip or unzip is missing (Scripts/bootstrap)"),
        arguments: [0xffff_ffff, 400_000, 1000, 4, 0]
    )
    func readByOthers(limit: UInt64) async throws {
        try await inFolder { folder in
            let files = Self.files
            let archive = folder.appending(path: "made.zip")
            try Data(Self.bytes(of: write(files, to: folder), limit: limit)).write(to: archive)
            let script = """
                import sys, zipfile
                with zipfile.ZipFile(sys.argv[1]) as archive:
                    assert archive.testzip() is None
                    for info in archive.infolist():
                        assert info.date_time == (1980, 1, 1, 0, 0, 0) and info.compress_type == 0
                        assert info.external_attr >> 16 == 0o100644 and not info.comment
                        print(info.filename, info.file_size)
                """
            let listed = try await run("python3", "-c", script, archive.path)
            #expect(listed == files.map { "\($0.name) \($0.bytes.count)\n" }.joined())
            _ = try await run("unzip", "-q", archive.path, "-d", folder.appending(path: "out").path)
            for file in files {
                let read = try Data(contentsOf: folder.appending(path: "out/\(file.name)"))
                #expect(read == Data(file.bytes))
            }
            _ = try await run("zip", "-qT", archive.path)
        }
    }

    @Test("the number of files goes to ZIP64 from 65535 on", arguments: [65534, 65535, 65536])
    func many(count: Int) async throws {
        var records = ZipRecords()
        for place in 0..<count {
            let name = Array("\(place)".utf8)
            _ = records.add(ZipRecords.File(name: name, size: 0, checksum: 0, offset: 0))
        }
        let end = records.end(at: 100)
        let locator = end.dropLast(22).suffix(20)
        #expect(locator.starts(with: [0x50, 0x4b, 0x06, 0x07]) == (count >= 65535))
        #expect(end.suffix(12).prefix(2) == end.suffix(14).prefix(2))
        let shown = min(count, 65535)
        #expect(Array(end.suffix(12).prefix(2)) == [UInt8(shown & 0xff), UInt8(shown >> 8)])
    }

    @Test("the same files give the same bytes, in buffers of any size")
    func deterministic() async throws {
        try await inFolder { folder in
            let entries = try write(Self.files, to: folder)
            let whole = try Self.bytes(of: entries)
            for size in [1, 7, 64 << 10] {
                #expect(try Self.bytes(of: entries, buffer: size) == whole)
            }
        }
    }

    @Test("without files there is an empty archive")
    func empty() throws {
        #expect(try Self.bytes(of: []) == [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18))
    }

    @Test("a file that changes while it is read is told, longer, shorter or other")
    func changed() async throws {
        try await inFolder { folder in
            let file = folder.appending(path: "file")
            for other in ["longer than it was", "x", "ABCDEFGH"] {
                try Data("abcdefgh".utf8).write(to: file)
                var archive = ZipArchive([ZipArchive.Entry(name: "file", path: file.path)])
                var byte: [UInt8] = [0]
                _ = try unsafe byte.withUnsafeMutableBytes { try unsafe archive.fill($0) }
                let handle = try FileHandle(forWritingTo: file)
                try handle.truncate(atOffset: 0)
                try handle.write(contentsOf: Data(other.utf8))
                try handle.close()
                #expect(throws: ZipError.changed(path: file.path)) {
                    try Self.rest(of: &archive)
                }
            }
        }
    }

    @Test("CRC-32 of the check value, in pieces of any length")
    func checksum() {
        let text = Array("123456789".utf8)
        for cut in 0...9 {
            var checksum = CRC32()
            for part in [text[..<cut], text[cut...]] {
                unsafe part.withUnsafeBytes { unsafe checksum.update($0) }
            }
            #expect(checksum.value == 0xcbf4_3926)
        }
    }

    // MARK: -

    private struct File {
        let name: String
        let bytes: [UInt8]
    }

    private static let files = [
        File(name: "bag/bagit.txt", bytes: Array("BagIt\n".utf8)),
        File(name: "bag/data/empty", bytes: []),
        File(
            name: "bag/data/large",
            bytes: (0..<300_001).map { UInt8(truncatingIfNeeded: $0 * $0) }
        ),
        File(name: "bag/data/បទ.txt", bytes: Array("១".utf8)),
    ]

    private func write(_ files: [File], to folder: URL) throws -> [ZipArchive.Entry] {
        try files.enumerated().map { place, file in
            let path = folder.appending(path: "\(place)")
            try Data(file.bytes).write(to: path)
            return ZipArchive.Entry(name: file.name, path: path.path)
        }
    }

    private static func bytes(
        of entries: [ZipArchive.Entry],
        limit: UInt64 = 0xffff_ffff,
        buffer: Int = 10_000
    ) throws -> [UInt8] {
        var archive = ZipArchive(entries, limit: limit)
        return try rest(of: &archive, buffer: buffer)
    }

    @discardableResult
    private static func rest(of archive: inout ZipArchive, buffer: Int = 10_000) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: buffer)
        var count = 0
        repeat {
            count = try unsafe part.withUnsafeMutableBytes { try unsafe archive.fill($0) }
            bytes += part[..<count]
        } while count == part.count
        return bytes
    }

    private func inFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func run(_ program: String, _ arguments: String...) async throws -> String {
        let result = try await Subprocess.run(
            .name(program),
            arguments: Arguments(arguments),
            environment: .inherit.updating(["LC_ALL": "C.UTF-8"]),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        try #require(result.terminationStatus == .exited(0), "\(program): \(result.standardError)")
        return result.standardOutput
    }
}
