// SPDX-License-Identifier: Apache-2.0

// What the C library keeps behind _GNU_SOURCE, which Swift's Glibc module is built without.

/// syncfs(2): writes a whole file system to its device and reports write-back errors.
int syncfs(int descriptor);

#include <sys/uio.h>

/// preadv2(2): preadv with flags for this one call.
ssize_t preadv2(int descriptor, const struct iovec *parts, int count, off_t offset, int flags);

#include <sys/prctl.h>

/// prctl(2) with PR_SET_DUMPABLE, which is variadic and so out of Swift's reach: no core image of the
/// process, whoever handles it, and no other process of the same user that traces it.
static inline int linux_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

#include <malloc.h>

/// mallopt(3) with M_ARENA_MAX, a macro that Swift does not see: how many heaps the threads share.
/// Gives 1 on success.
static inline int linux_limit_arenas(int count) { return mallopt(M_ARENA_MAX, count); }
