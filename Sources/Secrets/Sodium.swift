// SPDX-License-Identifier: Apache-2.0

private import CSodium

/// Makes libsodium ready, once in the life of the process.
///
/// Without it guarded memory has no canary, and the ciphers run several times slower, silently.
enum Sodium {
    static func prepare() {
        precondition(ready, "libsodium could not be initialised")
    }

    private static let ready = sodium_init() >= 0
}
