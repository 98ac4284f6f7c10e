// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The calls that make bytes durable; none of them can fail and return.
///
/// After a failed fsync the kernel may drop the dirty pages and report success the next time, so
/// neither a retry nor a later read tells what is on the disk. The only honest answer is to end the
/// process and start again from what can be read back.
struct Sync: Sendable {
    /// fsync(2), or a test's stand-in for it: 0 or -1 with `errno`.
    var call: @Sendable (CInt) -> CInt = { fsync($0) }

    /// Makes a file's bytes, or a folder's names, durable.
    func file(_ file: borrowing OpenFile, _ path: String) {
        if call(file.descriptor) != 0 { Self.end(path) }
    }

    /// Makes a folder's names durable.
    func folder(_ path: String) throws(StorageError) {
        let folder = try OpenFile(path, O_RDONLY | O_DIRECTORY)
        file(folder, path)
    }

    /// Makes the whole file system durable.
    ///
    /// Linux tells of writes that failed (from 5.8 on) once for each descriptor, since it was opened.
    func everything(on folder: FolderLock, _ path: String) {
        if syncfs(folder.descriptor) != 0 { Self.end(path) }
    }

    private static func end(_ path: String) -> Never {
        let reason = StorageError.system("fsync", path)
        let line = Array("saksid: error: \(reason); what is stored is unknown: ending\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
        // Not exit(): nothing may run that could still write.
        _exit(EX_IOERR)
    }
}
