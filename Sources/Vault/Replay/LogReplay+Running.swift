// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

extension LogReplay {
    /// How many bundles are fetched and examined at once; of the usual size, 2 MiB of memory.
    private static var bundlesAhead: Int { 12 }

    /// Fetches, examines and hands over bundles up to a size of the log, with all cores.
    ///
    /// - Parameters:
    ///   - end: The size of the log at which to end.
    ///   - fetch: Gives a bundle, or the full one that replaced it; called several times at once.
    ///   - body: Is given the bundles in order, each to be taken with ``take(_:rootsAt:)``.
    /// - Throws: ``ReplayError``, and what `fetch` and `body` throw.
    public mutating func run(
        to end: UInt64,
        fetching fetch: @escaping @Sendable (EntryBundlePath) async throws -> EntryBundle,
        _ body: (inout LogReplay, ExaminedBundle) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: ExaminedBundle.self) { group in
            var next = size
            var ready: [UInt64: ExaminedBundle] = [:]
            var running = 0
            while size < end {
                while running + ready.count < Self.bundlesAhead,
                    let path = EntryBundlePath(holding: next, inTreeOf: end)
                {
                    let (range, state) = (next..<end, state)
                    group.addTask {
                        let bundle = try await fetch(path)
                        return try ExaminedBundle(bundle, at: path, of: range, checkedBy: state)
                    }
                    running += 1
                    next = (path.index + 1) * UInt64(TilePath.fullWidth)
                }
                guard let examined = try await group.next() else { return }
                running -= 1
                ready[examined.first] = examined
                while let bundle = ready.removeValue(forKey: size) {
                    try await body(&self, bundle)
                }
            }
        }
    }
}
