// SPDX-License-Identifier: Apache-2.0

/// Hashes what is written, on its way to another sink.
@safe public final class HashingSink<Base: ByteSink>: ByteSink {
    /// How many bytes were committed.
    public private(set) var size: UInt64 = 0

    private var base: Base
    private var hasher: SHA256Hasher? = SHA256Hasher()
    private var lent: UnsafeMutableRawBufferPointer?

    /// - Parameter base: receives the bytes.
    public init(_ base: Base) { self.base = base }

    /// Room for the next bytes; see ``ByteSink``.
    public func space(_ count: Int) throws -> UnsafeMutableRawBufferPointer {
        let room = try unsafe base.space(count)
        unsafe lent = room
        return unsafe room
    }

    /// Adds the first bytes of the room that was lent last.
    public func commit(_ count: Int) {
        if let lent = unsafe lent {
            unsafe hasher?.update(raw: UnsafeRawBufferPointer(rebasing: lent[..<count]))
        }
        base.commit(count)
        size += UInt64(count)
    }

    /// Writes everything that was committed.
    public func flush() throws { try base.flush() }

    /// The hash of everything that was committed; nothing may follow.
    public func finalize() -> Hash {
        guard let hasher = hasher.take() else { preconditionFailure("a hash is taken once") }
        return hasher.finalize()
    }
}
