// SPDX-License-Identifier: Apache-2.0

import Secrets
import Synchronization
import Testing

@testable import Shares

/// A stream of bytes that is the same in every run.
final class FixedEntropy: EntropySource {
    private let place: Mutex<Int>

    init(from place: Int = 0) { self.place = Mutex(place) }

    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        place.withLock { place in
            for index in buffer.indices {
                unsafe buffer[index] = UInt8((7 * place + 3) & 255 ^ place >> 3 & 255)
                place += 1
            }
        }
    }
}

extension SecretBytes {
    var array: [UInt8] { unsafe withBytes { unsafe Array($0) } }
}

extension Share {
    /// A secret that is not random.
    static var testSecret: SecretBytes { SecretBytes(copying: 0x60..<0x80) }

    static func test(
        _ threshold: Int = 3,
        of count: Int = 5,
        entropy: FixedEntropy = FixedEntropy()
    ) throws -> [Share] {
        try split(testSecret, into: count, threshold: threshold, entropy: entropy)
    }

    /// Reads what a person typed.
    static func read(_ text: String) throws -> Share {
        try unsafe Array(text.utf8).withUnsafeBytes { try unsafe Share(parsing: $0) }
    }

    var typed: String { String(decoding: text.array, as: UTF8.self) }

    /// The same numbers and set with another value, as somebody could make up.
    func with(value: [UInt8]) -> Share {
        Share(number: number, set: set, value: SecretBytes(copying: value))
    }
}
