// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization
import TransparencyLog
import UnixSignals
import Vault

/// The daemon: one vault, its listeners and the long-lived parts behind them.
///
/// Services stop in the reverse of their order here: first the API, which ends the requests it has
/// begun, then the sequencer, which ends its round, then the rest. Where a part fails the others stop
/// and the error is thrown.
public struct Daemon: Sendable {
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let now: @Sendable () -> UTCTime

    /// Prepares a daemon with the system's clock.
    public init(_ configuration: ServerConfiguration, logger: Logger) {
        self.init(configuration, logger: logger) {
            UTCTime(seconds: Int64(Date().timeIntervalSince1970))
        }
    }

    init(
        _ configuration: ServerConfiguration,
        logger: Logger,
        now: @escaping @Sendable () -> UTCTime
    ) {
        self.configuration = configuration
        self.logger = logger
        self.now = now
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// - Parameter ready: called with a line for people when a listener is bound
    /// - Throws: ``StartError``, ``ConfigurationError``, ``StorageError``, or what ended a part
    public func run(ready: @escaping @Sendable (String) -> Void) async throws {
        try configuration.validate()
        let folder = VaultFolder(configuration)
        let tls = try folder.tlsIdentity()
        let metrics = Metrics()
        let vault = try await folder.open(logger: logger, now: now, metrics: metrics)
        let card = try await card(of: vault, tls)
        let first = try await firstPublisher(for: vault, folder, metrics)
        let stamper = try await stamper(for: vault, folder, metrics)
        let api = API(
            vault: vault,
            card: card,
            configuration: configuration,
            metrics: metrics,
            logger: logger,
            now: now
        )
        var services: [any Service] = [
            SequencerService(vault: vault),
            Collector(
                uploads: vault.uploads,
                proposals: vault.proposals,
                age: configuration.abandonedAfter,
                every: configuration.collectEvery,
                metrics: metrics,
                logger: logger,
                now: now
            ),
            PolicyFollower(
                vault: vault,
                tlsKey: tls.pin,
                first: first,
                interval: configuration.witnessInterval,
                logger: logger,
                publisher: { try publisher(for: vault, folder, metrics, by: $0) }
            ),
        ]
        if let stamper { services.append(stamper) }
        if let address = configuration.metricsListen {
            services.append(
                Listening(
                    at: address,
                    service: metrics.application(at: address, logger: quiet) { channel in
                        ready("metrics on \(address.bound(to: channel))")
                    }
                )
            )
        }
        services.append(
            Listening(at: configuration.listen, service: try application(api, tls, ready))
        )
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        group.maximumGracefulShutdownDuration = configuration.stopTimeout
        try await ServiceGroup(configuration: group).run()
    }

    /// What shows checkpoints to the witnesses of a policy.
    ///
    /// - Throws: ``StartError``
    private func publisher(
        for vault: OpenVault,
        _ folder: VaultFolder,
        _ metrics: Metrics,
        by policy: Policy?
    ) throws -> WitnessPublisher? {
        guard let witnesses = try folder.witnesses(of: policy) else { return nil }
        return WitnessPublisher(
            witnesses: witnesses,
            vault: vault,
            interval: configuration.witnessInterval,
            refresh: configuration.witnessRefresh,
            metrics: metrics,
            logger: logger
        )
    }

    /// What has checkpoints time-stamped.
    ///
    /// - Throws: ``StartError``; the vault is closed then.
    private func stamper(
        for vault: OpenVault,
        _ folder: VaultFolder,
        _ metrics: Metrics
    ) async throws -> Stamper? {
        do {
            return try folder.stamper(for: vault, metrics: metrics, logger: logger, now: now)
        } catch {
            await vault.close()
            throw error
        }
    }

    /// What shows checkpoints to the witnesses, once they have been asked whether they know more.
    ///
    /// - Throws: ``StartError``; nothing was signed then.
    private func firstPublisher(
        for vault: OpenVault,
        _ folder: VaultFolder,
        _ metrics: Metrics
    ) async throws -> WitnessPublisher? {
        do {
            guard try await !Cosigned(store: vault.store).hasFork() else {
                throw StartError.forkOnRecord(configuration.path(StoragePrefix.forks.path))
            }
            let policy = vault.state.policy
            guard let publisher = try publisher(for: vault, folder, metrics, by: policy) else {
                return nil
            }
            do {
                try await publisher.checkBeforeSigning()
            } catch {
                await publisher.witnesses.close()
                throw error
            }
            return publisher
        } catch {
            await vault.close()
            throw error
        }
    }

    /// The vault card, once it is sure that members' devices take the TLS key.
    ///
    /// - Throws: ``StartError``; the vault is closed then.
    private func card(of vault: OpenVault, _ tls: TLSIdentity) async throws -> String {
        do {
            try vault.requireInPolicy(tls.pin)
            let first = try await vault.log.entry(at: 0)
            guard case .genesis(let genesis) = first.signed.statement.act else {
                preconditionFailure("the rules let nothing be first but a genesis")
            }
            let card = VaultCard(
                logKey: vault.state.logKeys?.current ?? genesis.logKey,
                tlsKey: tls.pin,
                genesis: first.leafHash
            )
            return card.text
        } catch {
            await vault.close()
            throw error
        }
    }

    private func application(
        _ api: API,
        _ tls: TLSIdentity,
        _ ready: @escaping @Sendable (String) -> Void
    ) throws -> any Service {
        let address = configuration.listen
        let context = try address.isTCP && configuration.tls ? tls.makeContext() : nil
        let idleTimeout = configuration.idleTimeout
        return Application(
            router: api.router,
            server: HTTPServerBuilder { responder in
                VaultChannel(tls: context, idleTimeout: idleTimeout, responder: responder)
            },
            configuration: ApplicationConfiguration(
                address: address.bindAddress,
                serverName: nil,
                availableConnectionsDelegate: .maximum(configuration.maxConnections, logger: quiet)
            ),
            onServerRunning: { channel in ready("listening on \(address.bound(to: channel))") },
            logger: quiet
        )
    }

    /// For libraries: what they log at lower levels may name addresses.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = .critical
        return quiet
    }
}

/// Runs the sequencer, and closes the vault once it has stopped.
struct SequencerService: Service {
    let vault: OpenVault

    func run() async throws {
        // Cancelled where another service failed, as when the address is taken: it must end then too.
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await vault.sequencer.run()
        } onCancelOrGracefulShutdown: {
            Task { await vault.sequencer.stop() }
        }
        await vault.close()
    }
}

/// Removes abandoned uploads, and proposals that came to their end, from time to time.
struct Collector: Service {
    let uploads: Uploads
    let proposals: Proposals
    let age: Duration
    let every: Duration
    let metrics: Metrics
    let logger: Logger
    let now: @Sendable () -> UTCTime

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await proposals.collect()
                    let before = UTCTime(seconds: now().seconds - age.components.seconds)
                    // What a crash left undone after a rotation or an erasure.
                    try await uploads.deleteDropped()
                    metrics.collected.add(try await uploads.collect(before: before))
                } catch UploadError.lostRecord(let record) {
                    logger.error(
                        "nothing is collected, since a record cannot be read; run check",
                        metadata: ["record": "\(record)"]
                    )
                } catch  where !Task.isCancelled {
                    logger.error("collecting failed", metadata: ["error": "\(type(of: error))"])
                }
                try await Task.sleep(for: every)
            }
        }
    }
}

extension ListenAddress {
    fileprivate var isTCP: Bool {
        if case .tcp = self { true } else { false }
    }
}
