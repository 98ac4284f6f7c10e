// SPDX-License-Identifier: Apache-2.0

private import CSodium

/// Work on secrets whose duration does not depend on their values.
public enum ConstantTime {
    /// Whether two buffers hold the same bytes; only their lengths may show in the time it takes.
    public static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer)
        -> Bool
    {
        guard left.count == right.count else { return false }
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
            return true
        }
        return unsafe sodium_memcmp(leftBase, rightBase, left.count) == 0
    }

    /// Whether two arrays hold the same bytes; only their lengths may show in the time it takes.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in unsafe equal(left, right) }
        }
    }

    /// Overwrites a buffer with zeros in a way no optimiser removes.
    public static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { return }
        unsafe sodium_memzero(base, buffer.count)
    }
}
