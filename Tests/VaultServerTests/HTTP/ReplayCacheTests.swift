// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import VaultServer

@Suite struct ReplayCacheTests {
    @Test("a nonce is fresh once for one key")
    func once() {
        let cache = ReplayCache(window: 300)
        #expect(cache.note(keyID: "a", nonce: [1], created: 1000, now: 1000) == .fresh)
        #expect(cache.note(keyID: "a", nonce: [1], created: 1000, now: 1290) == .replayed)
        #expect(cache.note(keyID: "b", nonce: [1], created: 1000, now: 1290) == .fresh)
        #expect(cache.note(keyID: "a", nonce: [2], created: 1000, now: 1290) == .fresh)
    }

    @Test("a nonce is kept until its signature is no longer good, then forgotten")
    func forgets() {
        let cache = ReplayCache(window: 300, capacity: 1)
        #expect(cache.note(keyID: "a", nonce: [1], created: 1000, now: 1000) == .fresh)
        #expect(cache.note(keyID: "a", nonce: [2], created: 1300, now: 1300) == .full)
        #expect(cache.note(keyID: "a", nonce: [1], created: 1000, now: 1300) == .replayed)
        #expect(cache.note(keyID: "a", nonce: [2], created: 1400, now: 1400) == .fresh)
    }
}
