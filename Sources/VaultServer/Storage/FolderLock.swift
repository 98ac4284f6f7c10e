// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Holds a folder for one process: flock(2) on the folder itself, released by the kernel even when the
/// process is killed.
///
/// It keeps honest mistakes apart (two daemons started on one folder). What keeps two roots from ever
/// being signed for one size is the compare-and-swap on the register.
final class FolderLock: Sendable {
    /// Open since before the first write, so that syncfs(2) on it tells of every write that failed.
    let descriptor: CInt

    init(_ path: String) throws(StorageError) {
        descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = StorageError.system("open", path)
            throw error.code == .missing ? StorageError(.noFolder, path: path) : error
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = StorageError.system("flock", path)
            close(descriptor)
            throw error.code == .inUse ? StorageError(.inUse, path: path) : error
        }
    }

    deinit { close(descriptor) }
}
