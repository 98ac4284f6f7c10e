// SPDX-License-Identifier: Apache-2.0

import Encodings
public import Secrets

extension Share {
    /// The share as it is printed, typed and read aloud; ASCII, with a final line feed.
    ///
    /// Shares are wiped as keys are; what is put on a screen or through a printer is not.
    public var text: SecretBytes {
        var writer = Writer()
        writer.add(ShareText.header + "\n")
        writer.add("\(ShareText.share): \(number)\n")
        writer.add("\(ShareText.threshold): \(set.threshold)\n")
        writer.add("\(ShareText.count): \(set.count)\n")
        let numbers = ShareText.Numbers(
            share: number,
            threshold: set.threshold,
            count: set.count
        )
        let body = body()
        unsafe body.withBytes { body in
            for (place, range) in ShareText.rows(count: set.count).enumerated() {
                writer.add("\(place + 1):")
                for byte in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
                    let value = unsafe UInt16(body[byte]) << 8 | UInt16(body[byte + 1])
                    writer.add(" ")
                    writer.add(Proquint.word(value))
                }
                let check = unsafe ShareText.check(row: place + 1, of: body, numbers)
                writer.add(" \(Proquint.word(check))\n")
            }
        }
        return writer.finish()
    }

    private func body() -> SecretBytes {
        var body = SecretBytes(count: ShareText.size(count: set.count))
        unsafe body.withMutableBytes { body in
            unsafe value.withBytes { value in
                let tail = set.commitment + set.digests.joined()
                unsafe body.copyBytes(from: set.id)
                unsafe body[ShareSet.idSize...].copyBytes(from: value)
                unsafe body[(ShareSet.idSize + value.count)...].copyBytes(from: tail)
            }
        }
        return body
    }

    /// Gathers a text in guarded memory; the pieces are too short to be put on the heap.
    private struct Writer: ~Copyable {
        private var text = SecretBytes(count: ShareText.maximumSize)
        private var count = 0

        mutating func add(_ piece: String) {
            let start = count
            count += piece.utf8.count
            unsafe text.withMutableBytes { unsafe $0[start...].copyBytes(from: piece.utf8) }
        }

        consuming func finish() -> SecretBytes {
            let count = count
            return unsafe text.withBytes { unsafe SecretBytes(copying: $0[..<count]) }
        }
    }
}
