// SPDX-License-Identifier: Apache-2.0

/// Key material in guarded memory that is wiped when its one owner lets go.
///
/// The bytes lie between two unreadable pages, so that an overrun ends the process instead of
/// leaking, and are kept out of core images. They are lent, never copied out: there is no way to a
/// `String`, an `Array` or an encoder.
///
/// They are also locked against swapping as long as the process may lock memory. A process that is
/// not root may usually lock 8 MiB, and each secret takes at least one page of that; past the limit
/// libsodium still hands out guarded, wiped memory, but memory that may reach the swap. Hold few
/// secrets at a time, or turn swap off or encrypt it.
@safe public struct SecretBytes: ~Copyable {
    /// The length in bytes.
    public let count: Int

    /// Guarded memory, for the C functions of this module only.
    let base: UnsafeMutableRawPointer

    /// Zero bytes, to be filled in place.
    ///
    /// Ends the process when the system has no memory left: no caller can go on without its key.
    public init(count: Int) {
        precondition(count >= 0)
        guard let base = unsafe GuardedMemory.take(count) else {
            fatalError("no memory for a secret of \(count) bytes")
        }
        unsafe self.base = unsafe base
        self.count = count
    }

    /// Fresh random bytes.
    public init(random count: Int, from entropy: some EntropySource) {
        self.init(count: count)
        unsafe withMutableBytes { unsafe entropy.fill($0) }
    }

    /// A copy of bytes that the caller still holds, and has to wipe where they matter.
    public init(copying bytes: some Collection<UInt8>) {
        self.init(count: bytes.count)
        unsafe withMutableBytes { unsafe $0.copyBytes(from: bytes) }
    }

    deinit {
        unsafe GuardedMemory.wipe(base, count)
    }

    /// Lends the bytes for reading; the pointer must not leave the closure.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Lends the bytes for writing; the pointer must not leave the closure.
    public mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    /// Whether two secrets are the same; only their lengths may show in the time it takes.
    public func equals(_ other: borrowing SecretBytes) -> Bool {
        unsafe ConstantTime.equal(
            UnsafeRawBufferPointer(start: base, count: count),
            UnsafeRawBufferPointer(start: other.base, count: other.count)
        )
    }

    /// A second owner of the same bytes, in memory of its own.
    public func copy() -> SecretBytes {
        unsafe withBytes { unsafe SecretBytes(copying: $0) }
    }
}

// The one owner alone reaches the memory: reading borrows it, writing needs it exclusively, and the
// pointer is never handed out. So it may move between threads.
extension SecretBytes: @unchecked Sendable {}
