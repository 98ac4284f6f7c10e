// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import VaultClient

/// Bytes for tests.
enum Bytes {
    /// Bytes that do not compress and are the same each time.
    static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        var bytes = [UInt8](repeating: 0, count: count)
        for index in bytes.indices {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes[index] = UInt8(truncatingIfNeeded: state)
        }
        return bytes
    }

    /// The content of a file.
    static func read(_ path: FilePath) throws -> [UInt8] {
        try DurableFile.read(path, limit: 1 << 30) ?? []
    }
}

extension FilePath {
    /// Its permission bits.
    var mode: mode_t? {
        var status = stat()
        guard unsafe withCString({ unsafe lstat($0, &status) }) == 0 else { return nil }
        return status.st_mode & 0o777
    }
}
