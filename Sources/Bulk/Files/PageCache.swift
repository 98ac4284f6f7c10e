// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The memory in which the system keeps what was read and written.
public enum PageCache {
    /// Whether files of a size together, in bytes, are worth keeping in it.
    ///
    /// More than half of the memory would push out everything else, and its own beginning before that is
    /// read again.
    public static func holds(_ size: UInt64) -> Bool {
        let pages = UInt64(max(0, sysconf(CInt(_SC_PHYS_PAGES))))
        return size <= pages * UInt64(max(0, sysconf(CInt(_SC_PAGESIZE)))) / 2
    }
}
