// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import ServiceLifecycle
import UnixSignals
import Vault

/// A witness with its listener.
public struct WitnessDaemon: Sendable {
    private let folder: WitnessFolder
    private let listen: ListenAddress
    private let logger: Logger

    /// Prepares; nothing is touched yet.
    ///
    /// - Parameters:
    ///   - folder: Where the witness lies.
    ///   - listen: Plain HTTP: a Unix socket, or numeric loopback.
    ///   - logger: Told of logs that may have forked and of what cannot be written.
    public init(_ folder: WitnessFolder, listen: ListenAddress, logger: Logger) {
        self.folder = folder
        self.listen = listen
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// - Parameter ready: called with a line for people when the listener is bound
    /// - Throws: ``StartError``, ``ConfigurationError`` or ``StorageError``
    public func run(ready: @escaping @Sendable (String) -> Void) async throws {
        guard listen.isLocal else {
            throw ConfigurationError.plainNotLocal(key: "listen", address: listen.written)
        }
        let (witness, lock) = try await folder.open {
            UTCTime(seconds: Int64(Date().timeIntervalSince1970))
        }
        defer { withExtendedLifetime(lock) {} }
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            router: WitnessAPI(witness: witness, logger: logger).router,
            server: HTTPServerBuilder { responder in
                VaultChannel(tls: nil, idleTimeout: .seconds(30), responder: responder)
            },
            configuration: ApplicationConfiguration(
                address: listen.bindAddress,
                serverName: nil,
                availableConnectionsDelegate: .maximum(256, logger: quiet)
            ),
            onServerRunning: { [listen] channel in
                ready("listening on \(listen.bound(to: channel))")
            },
            logger: quiet
        )
        var group = ServiceGroupConfiguration(
            services: [.init(service: Listening(at: listen, service: application))],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        group.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: group).run()
    }
}
