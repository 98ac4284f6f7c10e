// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import CoreFoundation
import Foundation
import Glibc

/// `saksi-bench bare-intake FILE`: the ceiling for `intake`.
///
/// Two threads take half of the file each and share nothing: no format, no order, no hand-over.
struct BareIntake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The same primitives in two bare loops, one a core; prints MB/s."
    )

    @Argument var file: String

    func run() async throws {
        let file = file
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
        let took = await seconds {
            await withTaskGroup { group in
                for half in 0..<2 {
                    group.addTask {
                        Self.loop(file, from: half * size / 2, to: (half + 1) * size / 2)
                    }
                }
            }
        }
        print(Int(Double(size) / 1e6 / took))
    }

    private static func loop(_ file: String, from start: Int, to end: Int) {
        let chunk = 65_536
        let group = 16 * chunk
        let descriptor = unsafe open(file, O_RDONLY)
        precondition(descriptor >= 0, "cannot open the file")
        defer { close(descriptor) }
        let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: group, alignment: 4096)
        let sealed = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk + 16, alignment: 4096)
        defer {
            unsafe plain.deallocate()
            unsafe sealed.deallocate()
        }
        let key = [UInt8](repeating: 7, count: ChaCha20Poly1305.keySize)
        var cipher = unsafe ChaCha20Poly1305(key: key.span.bytes)
        var before = SHA256Hasher()
        var after = SHA256Hasher()
        var nonce = ChaCha20Poly1305.Nonce(repeating: 0)
        var offset = start
        while offset < end {
            let count = unsafe pread(
                descriptor,
                plain.baseAddress,
                min(group, end - offset),
                offset
            )
            precondition(count > 0, "cannot read the file")
            for begin in stride(from: 0, to: count, by: chunk) {
                let text = unsafe UnsafeRawBufferPointer(
                    rebasing: plain[begin..<min(begin + chunk, count)]
                )
                unsafe before.update(raw: text)
                let output = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: sealed[..<(text.count + 16)]
                )
                nonce[10] = nonce[10] &+ 1
                unsafe cipher.seal(text, into: output, nonce: nonce)
                unsafe after.update(raw: UnsafeRawBufferPointer(output))
            }
            offset += count
        }
        // Keeps the loops from being optimised away.
        let (hashed, sealedHash) = (before.finalize(), after.finalize())
        precondition(hashed != sealedHash)
    }
}
