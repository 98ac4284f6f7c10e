// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Dispatch
import Glibc
import Synchronization

/// What a file's bytes are, whatever a manifest says of them.
public struct BagDigests: Sendable {
    /// How many bytes were read.
    public let size: UInt64
    private let algorithms: [DigestAlgorithm]
    private let values: [[UInt8]]

    fileprivate init(_ path: BagPath, in folder: BagFolder, _ algorithms: [DigestAlgorithm])
        throws(FileError)
    {
        let digesters = algorithms.compactMap { Digester($0) }
        size = try folder.digest(path, with: digesters)
        self.algorithms = algorithms
        values = digesters.map { $0.finalize() }
    }

    /// The digest of an algorithm; `nil` for one that was not asked for.
    public subscript(algorithm: DigestAlgorithm) -> [UInt8]? {
        algorithms.firstIndex(of: algorithm).map { values[$0] }
    }
}

extension BagFolder {
    /// Reads files, each once, and hashes them on all cores.
    ///
    /// The largest are begun first, so that no core is left with one at the end. Memory does not grow
    /// with the size of a file.
    ///
    /// - Parameters:
    ///   - paths: The files.
    ///   - algorithms: What each is hashed with; all of them are to be had here.
    /// - Returns: For each file its digests, or why it could not be read.
    public func digests(
        of paths: [BagPath],
        _ algorithms: [DigestAlgorithm]
    ) -> [BagPath: Result<BagDigests, FileError>] {
        let queue = paths.map { (path: $0, size: sizes[$0] ?? 0) }.sorted { $0.size > $1.size }
        let next = Atomic(0)
        let found = Mutex<[BagPath: Result<BagDigests, FileError>]>([:])
        let cores = max(1, min(queue.count, sysconf(CInt(_SC_NPROCESSORS_ONLN))))
        DispatchQueue.concurrentPerform(iterations: cores) { _ in
            while true {
                let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard place < queue.count else { return }
                let path = queue[place].path
                let result = Result { () throws(FileError) in
                    try BagDigests(path, in: self, algorithms)
                }
                found.withLock { $0[path] = result }
            }
        }
        return found.withLock { $0 }
    }
}
