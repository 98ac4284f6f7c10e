// SPDX-License-Identifier: Apache-2.0

import CLinux

/// The C library's allocator, as a daemon of bounded memory needs it.
public enum Allocator {
    /// Lets all threads share two heaps, one for each core of the smallest machine that is meant.
    ///
    /// By default there are eight heaps a core. Each keeps the largest buffers that its threads ever
    /// freed, so the same load takes a fifth more memory. Called before the first thread is made;
    /// where it fails the default stays.
    public static func limitArenas() {
        _ = linux_limit_arenas(2)
    }
}
