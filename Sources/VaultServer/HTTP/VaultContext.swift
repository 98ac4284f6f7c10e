// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore

/// What belongs to one request.
struct VaultContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
