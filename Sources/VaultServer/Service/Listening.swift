// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import ServiceLifecycle

/// A listener that names its address where it cannot be bound to it.
struct Listening: Service {
    let at: ListenAddress
    let service: any Service

    func run() async throws {
        do {
            try await service.run()
        } catch let error as IOError {
            throw StartError.cannotListen(
                address: at.written,
                reason: unsafe String(cString: strerror(error.errnoCode))
            )
        }
    }
}

extension ListenAddress {
    /// The address with the port that the system gave.
    func bound(to channel: any Channel) -> String {
        guard case .tcp(let host, _) = self, let port = channel.localAddress?.port else {
            return written
        }
        return ListenAddress.tcp(host: host, port: port).written
    }
}
