// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Vault
import VaultServer

@testable import VaultClient

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "saksi-client-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func child(_ name: String) -> String { path + "/" + name }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> FilePath {
        try Data(bytes).write(to: URL(fileURLWithPath: child(name)))
        return FilePath(child(name))
    }
}

/// A real daemon over a real folder, on a free port of this machine.
final class TestVault: Sendable {
    let configuration: ServerConfiguration
    private let group: ServiceGroup
    private let running: Task<Void, any Error>
    let port: Int

    /// Makes a vault in a new folder.
    ///
    /// - Returns: The first administrator's invitation, which names `address`.
    static func make(
        in data: String,
        address: String,
        tls: Bool = false,
        origin: String = "vault.test"
    ) async throws -> Invitation {
        let made = try await NewVault(configuration(data, tls: tls)).make(
            origin: origin,
            address: address,
            inviteDays: 7
        )
        return try Invitation(parsing: made.invite)
    }

    static func configuration(_ data: String, tls: Bool) -> ServerConfiguration {
        var configuration = ServerConfiguration(data: data)
        configuration.listen = .tcp(host: "127.0.0.1", port: 0)
        configuration.tls = tls
        configuration.roundTimer = .milliseconds(2)
        return configuration
    }

    /// Serves a vault until ``stop()``.
    static func start(_ configuration: ServerConfiguration) async throws -> TestVault {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (lines, ready) = AsyncStream<String>.makeStream()
        let daemon = Daemon(configuration, logger: logger)
        let group = ServiceGroup(
            services: [Served(daemon: daemon) { ready.yield($0) }],
            logger: logger
        )
        let running = Task {
            defer { ready.finish() }
            try await group.run()
        }
        for await line in lines {
            if let port = line.split(separator: ":").last.flatMap({ Int($0) }) {
                return TestVault(configuration, group, running, port)
            }
        }
        try await running.value
        throw CancellationError()
    }

    private init(
        _ configuration: ServerConfiguration,
        _ group: ServiceGroup,
        _ running: Task<Void, any Error>,
        _ port: Int
    ) {
        self.configuration = configuration
        self.group = group
        self.running = running
        self.port = port
    }

    /// Stops it as a signal would.
    func stop() async {
        await group.triggerGracefulShutdown()
        _ = await running.result
    }
}

/// A daemon within a group, which can be told to stop.
private struct Served: Service {
    let daemon: Daemon
    let ready: @Sendable (String) -> Void

    func run() async throws { try await daemon.run(ready: ready) }
}

extension Pace {
    /// Tries a few times without waiting.
    static let eager = Pace(attempts: 3) { _ in }
    /// Tries once.
    static let once = Pace(attempts: 1) { _ in }
}
