// SPDX-License-Identifier: Apache-2.0

public import Bulk
import CLinux
import Glibc

/// The files of a bag as they lie on the disk, hostile until something says otherwise.
///
/// No link is followed, and nothing outside of the folder is read. The folder itself may be reached
/// by a link.
public struct BagFolder: Sendable {
    /// The sizes of the files in bytes.
    public private(set) var sizes: [BagPath: UInt64] = [:]
    /// The folders, without the bag's own.
    public private(set) var folders: Set<BagPath> = []
    /// What else lies there, and names that some system takes for one.
    public private(set) var findings: [BagFinding] = []
    private let root: String
    /// Whether what is read is kept out of the page cache.
    private var isUncached = false

    /// The bytes of all tag files of a bag that are read, 512 MiB: a manifest of a million files has 150.
    public static let maximumTagBytes = 512 << 20

    /// More files than any bag has; it keeps a hostile folder from filling the memory.
    static let maximumCount = 10_000_000
    /// Folders in folders.
    static let maximumDepth = 64

    /// Lists a folder.
    public init(_ root: String) {
        self.init(root) { !PageCache.holds($0) }
    }

    /// The same, with another rule for which sizes are kept out of the page cache.
    init(_ root: String, isUncached: (UInt64) -> Bool) {
        self.root = root
        var folded: [String: BagPath] = [:]
        list(nil, depth: 0, &folded)
        self.isUncached = isUncached(payload.bytes)
    }

    /// How much some files are.
    public struct Extent: Equatable, Sendable {
        /// The number of files.
        public var files = 0
        /// Their sizes together, in bytes.
        public var bytes: UInt64 = 0
    }

    /// What lies under `data/`.
    public var payload: Extent {
        sizes.reduce(into: Extent()) { extent, file in
            guard file.key.isPayload else { return }
            extent.files += 1
            // Sparse files may claim more bytes than can be counted.
            extent.bytes &+= file.value
        }
    }

    /// A whole file.
    ///
    /// - Parameters:
    ///   - path: One of the files.
    ///   - limit: The largest size that is read, in bytes.
    /// - Returns: The bytes.
    /// - Throws: ``FileError``; `EFBIG` for a larger file.
    public func bytes(_ path: BagPath, limit: Int = BagFolder.maximumTagBytes) throws(FileError)
        -> [UInt8]
    {
        guard sizes[path] ?? 0 <= UInt64(limit) else { throw error("read", path, EFBIG) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(sizes[path] ?? 0))
        try unsafe read(path) { unsafe bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Reads a file once and gives it to each digester.
    ///
    /// - Returns: How many bytes were read.
    func digest(_ path: BagPath, with digesters: [Digester]) throws(FileError) -> UInt64 {
        var size: UInt64 = 0
        try unsafe read(path) { bytes in
            for digester in digesters { unsafe digester.update(raw: bytes) }
            size += UInt64(bytes.count)
        }
        return size
    }

    /// What is read at once: it stays in a core's own cache until it is hashed.
    private static let bufferSize = 256 << 10
    /// What is read at once past the page cache: the kernel asks the disk for more at a time, and takes
    /// fewer pages in and out, which in smaller parts costs as much as hashing does.
    private static let uncachedBufferSize = 2 << 20
    /// RWF_DONTCACHE of Linux 6.14, which older C libraries do not name.
    ///
    /// What a read brings into the page cache leaves it again; what was there stays.
    private static let dontCache: CInt = 0x80

    private func read(_ path: BagPath, _ body: (UnsafeRawBufferPointer) -> Void)
        throws(FileError)
    {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        let descriptor = unsafe open("\(root)/\(path)", flags)
        guard descriptor >= 0 else { throw error("open", path, errno) }
        defer { close(descriptor) }
        // It may have become something else since it was listed.
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw error("open", path, EINVAL)
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        var caching = isUncached ? Self.dontCache : 0
        let failure = unsafe withUnsafeTemporaryAllocation(
            byteCount: isUncached ? Self.uncachedBufferSize : Self.bufferSize,
            alignment: 4096
        ) { buffer -> CInt? in
            var part = unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
            var offset: off_t = 0
            while true {
                let count = unsafe preadv2(descriptor, &part, 1, offset, caching)
                if count == 0 { return nil }
                if count > 0 {
                    unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    offset += off_t(count)
                } else if errno == EOPNOTSUPP, caching != 0 {
                    caching = 0
                } else if errno != EINTR {
                    return errno
                }
            }
        }
        if let failure { throw error("read", path, failure) }
    }

    private func error(_ operation: String, _ path: BagPath, _ code: CInt) -> FileError {
        FileError(operation, path.text, code: code)
    }

    /// `folded` has paths by what is equal for those that some system takes for one.
    private mutating func list(_ folder: BagPath?, depth: Int, _ folded: inout [String: BagPath]) {
        guard depth < Self.maximumDepth else {
            return report(.count, folder, "it is nested too deeply")
        }
        guard let names = Self.names(in: folder.map { "\(root)/\($0)" } ?? root) else {
            return report(.readable, folder, "the folder cannot be read")
        }
        if names.isEmpty, folder != nil {
            report(.emptyFolder, warning: true, folder, "no manifest keeps an empty folder")
        }
        for name in names {
            guard let name = String(validating: name, as: UTF8.self) else {
                let shown = String(decoding: name, as: UTF8.self)
                report(.name, folder, "the name \"\(shown)\" is not UTF-8")
                continue
            }
            let path = BagPath(folder.map { "\($0)/\(name)" } ?? name)
            if let other = folded.updateValue(path, forKey: path.folded) {
                report(.alike, path, "\(other) differs from it only in case or normal form")
            }
            add(path, depth: depth, &folded)
            guard sizes.count + folders.count <= Self.maximumCount else {
                report(.count, nil, "there are too many files")
                return
            }
        }
    }

    private mutating func add(_ path: BagPath, depth: Int, _ folded: inout [String: BagPath]) {
        var status = stat()
        guard unsafe lstat("\(root)/\(path)", &status) == 0 else {
            return report(.readable, path, "it cannot be read")
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            folders.insert(path)
            list(path, depth: depth + 1, &folded)
        case S_IFREG: sizes[path] = UInt64(status.st_size)
        case S_IFLNK: report(.kind, path, "it is a symbolic link")
        default: report(.kind, path, "it is a device, a pipe or a socket")
        }
    }

    private mutating func report(
        _ rule: BagRule,
        warning: Bool = false,
        _ file: BagPath?,
        _ detail: String
    ) {
        findings.append(BagFinding(rule, warning: warning, in: file, detail))
    }

    /// The names in a folder, in byte order.
    private static func names(in folder: String) -> [[UInt8]]? {
        guard let stream = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                unsafe Array($0.prefix { $0 != 0 })
            }
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
