// SPDX-License-Identifier: Apache-2.0

private import CSodium

/// Where random bytes come from: a parameter of everything that needs them, so that tests can
/// fix them.
public protocol EntropySource: Sendable {
    /// Overwrites a buffer with random bytes.
    func fill(_ buffer: UnsafeMutableRawBufferPointer)
}

extension EntropySource {
    /// Random bytes that are not secret: nonces, salts and ids.
    public func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            unsafe fill(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
            filled = count
        }
    }
}

/// The operating system's generator, through libsodium.
public struct SystemEntropy: EntropySource {
    /// The generator; it has no state of its own.
    public init() {
        Sodium.prepare()
    }

    /// Overwrites a buffer with random bytes.
    public func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { return }
        unsafe randombytes_buf(base, buffer.count)
    }
}
