// SPDX-License-Identifier: Apache-2.0

public import AsyncHTTPClient
import NIOCore

extension HTTPClient {
    /// A client for asking others: no redirects, HTTP/1.1, connections that do not linger.
    ///
    /// Whoever makes it shuts it down.
    ///
    /// - Parameters:
    ///   - timeout: how long a connection may take to be made.
    ///   - proxy: what all requests go through.
    /// - Returns: the client.
    public static func outbound(
        timeout: Duration,
        proxy: Configuration.Proxy? = nil
    ) -> HTTPClient {
        let (seconds, fraction) = timeout.components
        let nanoseconds = seconds * 1_000_000_000 + fraction / 1_000_000_000
        var configuration = Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .nanoseconds(nanoseconds)),
            proxy: proxy,
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(20)
        return HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration
        )
    }
}
