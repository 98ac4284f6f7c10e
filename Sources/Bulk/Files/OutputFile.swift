// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that appears under its name whole and on the disk, or not at all.
///
/// It is written without a name where the file system can do that, so that even a killed process
/// leaves nothing behind; elsewhere under a hidden name beside the target. Until ``commit()`` the
/// target is as it was. A device, a pipe or a socket is written through and never replaced.
public final class OutputFile {
    private enum Target {
        /// Not a regular file: what is written is out.
        case stream
        /// An unnamed file, to be linked into its folder.
        case unnamed
        /// A file under a hidden name, to be renamed.
        case hidden(String)
    }

    /// Where to put the content.
    public let writer: OverlappedWriter

    private let descriptor: CInt
    private let path: String
    private let replaces: Bool
    private var target: Target
    private var isCommitted = false

    /// Opens the file for writing.
    ///
    /// - Parameters:
    ///   - path: through symbolic links, where there are any.
    ///   - replaces: whether a file that is there may be replaced.
    ///   - mode: the permissions of a new file, less the process's mask.
    ///   - takesStreams: whether a device, a pipe or a socket will do, which gets bytes before the
    ///     whole is known to be good.
    /// - Throws: ``FileError``, with ``FileError/isExistingFile`` where the file is there and must
    ///   not be replaced, with ``FileError/isStream`` where it is none.
    public init(
        path: String,
        replaces: Bool,
        mode: UInt32 = 0o666,
        takesStreams: Bool = true
    ) throws(FileError) {
        var status = stat()
        let exists = unsafe stat(path, &status) == 0
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        self.replaces = replaces
        if exists, !isRegular {
            guard takesStreams else { throw FileError("replace", path, code: ESPIPE) }
            self.path = path
            target = .stream
            descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
        } else {
            if exists, !replaces { throw FileError("create", path, code: EEXIST) }
            self.path = exists ? Self.resolved(path) : path
            (target, descriptor) = Self.openNew(beside: self.path, mode: mode)
        }
        let code = errno
        writer = OverlappedWriter(descriptor: descriptor, named: path)
        guard descriptor >= 0 else { throw FileError("create", path, code: code) }
    }

    deinit {
        // The number of a closed descriptor may be another file's at once, into which the rest would go.
        writer.waitUntilIdle()
        if !isCommitted, case .hidden(let name) = target { unsafe unlink(name) }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Makes the content durable and lets the file appear.
    ///
    /// - Throws: ``FileError``; the target is then as it was.
    public func commit() throws {
        try writer.flush()
        if case .stream = target { return }
        guard fsync(descriptor) == 0 else { throw FileError("sync", path) }
        switch target {
        case .stream: break
        case .hidden(let name): try move(name)
        case .unnamed where replaces:
            let name = Self.hiddenName(beside: path)
            try link(to: name)
            target = .hidden(name)
            try move(name)
        case .unnamed: try link(to: path)
        }
        isCommitted = true
        try Self.syncFolder(of: path)
    }

    private func link(to name: String) throws {
        let source = "/proc/self/fd/\(descriptor)"
        guard unsafe linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else {
            throw FileError("create", path)
        }
    }

    private func move(_ name: String) throws {
        if replaces {
            guard unsafe rename(name, path) == 0 else { throw FileError("create", path) }
        } else {
            // Unlike rename, link never replaces what came up in the meantime.
            guard unsafe Glibc.link(name, path) == 0 else { throw FileError("create", path) }
            unsafe unlink(name)
        }
    }

    private static func openNew(beside path: String, mode: UInt32) -> (Target, CInt) {
        let folder = folder(of: path)
        if unsafe access("/proc/self/fd", X_OK) == 0 {
            let flags = OpenFlags.temporary | O_WRONLY | O_CLOEXEC
            for direct in [OpenFlags.direct, 0] {
                let descriptor = unsafe open(folder, flags | direct, mode)
                if descriptor >= 0 { return (.unnamed, descriptor) }
            }
        }
        let name = hiddenName(beside: path)
        let flags = O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC
        let descriptor = unsafe open(name, flags, mode)
        return (descriptor >= 0 ? .hidden(name) : .stream, descriptor)
    }

    private static func hiddenName(beside path: String) -> String {
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        return "\(folder(of: path))/.saksi-\(random).part"
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func syncFolder(of path: String) throws {
        let descriptor = unsafe open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else { throw FileError("sync", path) }
    }
}
