// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Evidence

@Suite("The folder of a bundle") struct BundleFolderTests {
    @Test("gets its name only when the file system said that all of it is on the disk")
    func failedSync() throws {
        let parent = try Folder()
        let path = parent.path + "/bundle"
        let folder = try BundleFolder(path, sync: FolderSync(fileSystem: failing))
        try folder.write([1], to: "data/items/E0001/item.json")
        #expect(throws: BundleError.notWritable(errno: EIO)) { try folder.finish() }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("is not said to be done while its name may still be lost")
    func failedNaming() throws {
        let parent = try Folder()
        let folder = try BundleFolder(parent.path + "/bundle", sync: FolderSync(folder: failing))
        try folder.write([1], to: "data/x")
        #expect(throws: BundleError.notWritable(errno: EIO)) { try folder.finish() }
    }

    @Test("is synced whole before it gets its name, and its name after")
    func order() throws {
        let parent = try Folder()
        let path = parent.path + "/bundle"
        var wasNamed: [Bool] = []
        let isNamed: (CInt) -> CInt = { _ in
            wasNamed.append(FileManager.default.fileExists(atPath: path))
            return 0
        }
        let sync = FolderSync(fileSystem: isNamed, folder: isNamed)
        let folder = try BundleFolder(path, sync: sync)
        try folder.write([1], to: "data/x")
        try folder.finish()
        #expect(wasNamed == [false, true])
    }

    @Test(
        "holds the same bytes where they went past the page cache",
        arguments: [0, 4095, 3_000_001]
    )
    func uncached(size: Int) throws {
        let parent = try Folder()
        let folder = try BundleFolder(parent.path + "/bundle")
        let file = try folder.create("data/x", isUncached: true)
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
        for start in stride(from: 0, to: size, by: 65_536) {
            try unsafe bytes[start..<min(start + 65_536, size)].withUnsafeBytes {
                try unsafe file.write($0)
            }
        }
        try file.finish()
        try folder.finish()
        let written = try Data(contentsOf: URL(filePath: parent.path + "/bundle/data/x"))
        #expect(written == Data(bytes))
    }

    private func failing(_: CInt) -> CInt {
        errno = EIO
        return -1
    }
}
