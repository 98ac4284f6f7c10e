// SPDX-License-Identifier: Apache-2.0

import NIOPosix

/// A few threads that may wait for the disk, so that event loops and the cooperative pool never do.
final class BlockingPool: Sendable {
    private let threads: NIOThreadPool

    init(threads count: Int) {
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    /// Runs work on one of the threads.
    ///
    /// - Throws: What the work throws, or `closed` when the task was cancelled before it began.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let outcome: Result<Value, StorageError>
        do {
            outcome = try await threads.runIfActive {
                do throws(StorageError) {
                    return .success(try work())
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw StorageError(.closed, path: ".", detail: "cancelled")
        }
        return try outcome.get()
    }
}
