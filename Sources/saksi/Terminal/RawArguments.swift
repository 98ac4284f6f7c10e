// SPDX-License-Identifier: Apache-2.0

import VaultClient

/// The words of the command line as the kernel handed them over.
///
/// A file name need not be UTF-8; as a `String` it was repaired and names no file any more.
struct RawArguments {
    /// Words that are not UTF-8, in order.
    private var broken: [[UInt8]]

    /// - Throws: ``Failure`` where two words that differ look alike once they are repaired: which of them
    ///   an argument meant cannot be known.
    init() throws {
        broken = unsafe CommandLine.unsafeArgv.words.filter {
            !$0.elementsEqual(String(decoding: $0, as: UTF8.self).utf8)
        }
        let repaired = Set(broken.map { Array(String(decoding: $0, as: UTF8.self).utf8) })
        guard repaired.count == Set(broken).count else {
            throw Failure(
                "two file names that are not UTF-8 differ only in what is not",
                hint: "rename one of them",
                status: .usage
            )
        }
    }

    /// The path that an argument meant.
    mutating func path(for argument: String) throws -> FilePath {
        let place = broken.firstIndex {
            String(decoding: $0, as: UTF8.self).utf8.elementsEqual(argument.utf8)
        }
        let bytes = place.map { broken.remove(at: $0) } ?? Array(argument.utf8)
        guard let path = FilePath(bytes: bytes) else {
            throw Failure("a file name is empty", status: .usage)
        }
        return path
    }
}

extension UnsafeMutablePointer where Pointee == UnsafeMutablePointer<Int8>? {
    /// The bytes of each word of an argument vector, which ends with a null pointer.
    fileprivate var words: [[UInt8]] {
        var words: [[UInt8]] = []
        var next = unsafe self
        while let word = unsafe next.pointee {
            unsafe words.append(bytes(of: word))
            unsafe next = next.successor()
        }
        return words
    }

    private func bytes(of word: UnsafeMutablePointer<Int8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var next = unsafe word
        while unsafe next.pointee != 0 {
            unsafe bytes.append(UInt8(bitPattern: next.pointee))
            unsafe next = next.successor()
        }
        return bytes
    }
}
