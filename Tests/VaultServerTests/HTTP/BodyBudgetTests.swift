// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import VaultServer

@Suite struct BodyBudgetTests {
    @Test("takes room back when a reservation goes")
    func lends() async {
        let budget = BodyBudget(capacity: 10, perHolder: 2, patience: .zero)
        for _ in 0..<2 {
            let room = await budget.reserve(10, for: "a")
            #expect(room != nil)
        }
    }

    @Test("refuses what does not fit in time")
    func refuses() async {
        let budget = BodyBudget(capacity: 10, perHolder: 2, patience: .zero)
        let first = await budget.reserve(5, for: "a")
        let second = await budget.reserve(6, for: "b")
        #expect(first != nil)
        #expect(second == nil)
        withExtendedLifetime(first) {}
    }

    @Test("lets one holder have half of the room and a few bodies")
    func perHolder() async {
        let budget = BodyBudget(capacity: 10, perHolder: 2, patience: .seconds(600))
        let first = await budget.reserve(2, for: "a")
        let tooMuch = await budget.reserve(4, for: "a")
        let second = await budget.reserve(2, for: "a")
        let third = await budget.reserve(1, for: "a")
        #expect(first != nil && second != nil)
        #expect(tooMuch == nil && third == nil)
        withExtendedLifetime((first, second)) {}
    }

    @Test("those that wait get the room that another gives back")
    func waits() async {
        let budget = BodyBudget(capacity: 4, perHolder: 2, patience: .seconds(600))
        var first = await budget.reserve(3, for: "a")
        #expect(first != nil)
        let waiting = ["b", "c", "d"].map { holder in
            Task { await budget.reserve(2, for: holder) != nil }
        }
        first = nil
        for task in waiting {
            let served = await task.value
            #expect(served)
        }
    }

    @Test("a cancelled wait ends without room and leaves nothing taken")
    func cancelled() async {
        let budget = BodyBudget(capacity: 4, perHolder: 2, patience: .seconds(600))
        var first = await budget.reserve(3, for: "a")
        #expect(first != nil)
        let waiting = Task { await budget.reserve(2, for: "b") != nil }
        waiting.cancel()
        let served = await waiting.value
        #expect(!served)
        first = nil
        let again = await budget.reserve(4, for: "c")
        #expect(again != nil)
    }
}
