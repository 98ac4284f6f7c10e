// SPDX-License-Identifier: Apache-2.0

/// A peer took longer than it may.
public struct TimedOut: Error {}

/// Gives up on what takes longer than a time, its answer's body included.
///
/// - Throws: ``TimedOut``, or what `body` throws
public func within<Value: Sendable>(
    _ time: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: time)
            throw TimedOut()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw TimedOut() }
        return value
    }
}
