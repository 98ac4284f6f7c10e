// SPDX-License-Identifier: Apache-2.0

// What the C library keeps behind _GNU_SOURCE, which Swift's Glibc module is built without.

/// syncfs(2): writes a whole file system to its device and reports write-back errors.
int syncfs(int descriptor);
