// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

extension Metrics {
    /// A listener of its own for `GET /metrics`, so that no path of the API leads to the numbers.
    func application(
        at address: ListenAddress,
        logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void
    ) -> some ApplicationProtocol {
        let router = Router()
        router.get("metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: self.text))
            )
        }
        return Application(
            router: router,
            server: HTTPServerBuilder { responder in
                VaultChannel(tls: nil, idleTimeout: .seconds(30), responder: responder)
            },
            configuration: ApplicationConfiguration(
                address: address.bindAddress,
                serverName: nil,
                availableConnectionsDelegate: .maximum(8, logger: logger)
            ),
            onServerRunning: onRunning,
            logger: logger
        )
    }
}

extension ListenAddress {
    var bindAddress: BindAddress {
        switch self {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }
}
