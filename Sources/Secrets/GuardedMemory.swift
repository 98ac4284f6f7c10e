// SPDX-License-Identifier: Apache-2.0

private import CSodium
private import Synchronization

/// libsodium's guarded memory, of which small pieces are kept for the next secret of the same length.
///
/// To guard a piece of memory takes seven system calls, which also interrupt every other core that runs the
/// process. A device that seals a hundred thousand envelopes anew holds a dozen small secrets for
/// each of them, and would spend three quarters of its time on that. A piece that is kept has its
/// guard pages on both sides, ends where they begin, stays locked, and holds zeros only.
enum GuardedMemory {
    /// The longest piece that is kept in bytes: keys and what they are derived from.
    private static let longest = 64
    /// How many pieces of one length are kept; each takes a page of what a process may lock.
    private static let kept = 32

    private static let spare = Mutex(Spare())

    /// Zero bytes, or `nil` when the system has no memory left.
    static func take(_ count: Int) -> UnsafeMutableRawPointer? {
        if count <= longest, let base = unsafe spare.withLock({ unsafe $0.pieces[count].popLast() })
        {
            return unsafe base
        }
        Sodium.prepare()
        guard let base = unsafe sodium_malloc(count) else { return nil }
        unsafe sodium_memzero(base, count)
        return unsafe base
    }

    /// Wipes memory that ``take(_:)`` gave, and keeps it or gives it back.
    static func wipe(_ base: UnsafeMutableRawPointer, _ count: Int) {
        if count <= longest {
            unsafe sodium_memzero(base, count)
            let isKept = spare.withLock { spare in
                guard unsafe spare.pieces[count].count < kept else { return false }
                unsafe spare.pieces[count].append(base)
                return true
            }
            if isKept { return }
        }
        // Wipes before it releases.
        unsafe sodium_free(base)
    }

    /// The pieces at hand, by their length.
    @safe private struct Spare: ~Copyable, @unchecked Sendable {
        var pieces = unsafe Array(
            repeating: Array<UnsafeMutableRawPointer>(),
            count: longest + 1
        )
    }
}
