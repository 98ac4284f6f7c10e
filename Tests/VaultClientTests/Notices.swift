// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a person was told meanwhile.
final class Notices: Sendable {
    private let list = Mutex<[String]>([])

    var all: [String] { list.withLock { $0 } }

    func add(_ text: String) { list.withLock { $0.append(text) } }
}
