// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import VaultServer

@Suite struct BodyBudgetTests {
    @Test("lends room and takes it back, also after an error")
    func lends() async throws {
        let budget = BodyBudget(capacity: 10, perHolder: 2, patience: .zero)
        struct Failure: Error {}
        await #expect(throws: Failure.self) {
            _ = try await budget.withRoom(for: 10, holder: "a") { () throws -> Int in
                throw Failure()
            }
        }
        let again = try await budget.withRoom(for: 10, holder: "a") { 1 }
        #expect(again == 1)
    }

    @Test("refuses what does not fit in time")
    func refuses() async throws {
        let budget = BodyBudget(capacity: 10, perHolder: 2, patience: .zero)
        let inner = try await budget.withRoom(for: 5, holder: "a") {
            try await budget.withRoom(for: 6, holder: "b") { 1 }
        }
        #expect(inner == .some(nil))
    }

    @Test("lets one holder have half of the room and a few bodies")
    func perHolder() async throws {
        let budget = BodyBudget(capacity: 10, perHolder: 2, patience: .seconds(600))
        let outcome = try await budget.withRoom(for: 2, holder: "a") {
            let tooMuch = try await budget.withRoom(for: 4, holder: "a") { 1 }
            let second = try await budget.withRoom(for: 2, holder: "a") {
                try await budget.withRoom(for: 1, holder: "a") { 1 }
            }
            return (tooMuch, second)
        }
        let (tooMuch, second) = try #require(outcome)
        #expect(tooMuch == nil)
        #expect(second == .some(nil))
    }

    @Test("one that waits gets the room that another gives back")
    func waits() async throws {
        let budget = BodyBudget(capacity: 4, perHolder: 2, patience: .seconds(600))
        let (stream, signal) = AsyncStream.makeStream(of: Void.self)
        let total = try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask {
                try await budget.withRoom(for: 3, holder: "a") {
                    for await _ in stream { break }
                    return 1
                }
            }
            for holder in ["b", "c", "d"] {
                group.addTask { try await budget.withRoom(for: 2, holder: holder) { 1 } }
            }
            signal.finish()
            return try await group.reduce(0) { $0 + ($1 ?? 0) }
        }
        #expect(total == 4)
    }

    @Test("a cancelled wait ends without room and leaves nothing taken")
    func cancelled() async throws {
        let budget = BodyBudget(capacity: 4, perHolder: 2, patience: .seconds(600))
        _ = try await budget.withRoom(for: 3, holder: "a") {
            let waiting = Task { try await budget.withRoom(for: 2, holder: "b") { 1 } }
            waiting.cancel()
            let outcome = try await waiting.value
            #expect(outcome == nil)
        }
        let again = try await budget.withRoom(for: 4, holder: "c") { 1 }
        #expect(again == 1)
    }
}
