// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOSSL

/// One connection: TLS where the listener speaks it, then HTTP/1.1.
///
/// Reads of up to 256 KiB are asked of the socket: with 64 KiB an upload is a tenth slower.
struct VaultChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private static let receiveBuffer = 256 * 1024
    private let http: HTTP1Channel
    private let tls: NIOSSLContext?

    /// - Parameters:
    ///   - tls: `nil` for plain HTTP
    ///   - idleTimeout: see ``ServerConfiguration/idleTimeout``
    ///   - responder: answers the requests
    init(
        tls: NIOSSLContext?,
        idleTimeout: Duration,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        var configuration = HTTP1Channel.Configuration(
            idleTimeout: .nanoseconds(idleTimeout.inMilliseconds * 1_000_000)
        )
        configuration.httpDecoder = .init(
            maxHeaderFieldSize: 8 * 1024,
            maxHeaderListSize: 16 * 1024,
            maxHeaderFieldCount: 64
        )
        http = HTTP1Channel(responder: responder, configuration: configuration)
        self.tls = tls
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            if let options = channel.syncOptions {
                try options.setOption(
                    .recvAllocator,
                    value: FixedSizeRecvByteBufferAllocator(capacity: Self.receiveBuffer)
                )
                if channel.localAddress?.protocol != .unix {
                    try options.setOption(.tcpOption(.tcp_nodelay), value: 1)
                }
            }
            if let tls {
                try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
            }
        }.flatMap {
            http.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
