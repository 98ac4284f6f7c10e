// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Bulk
import Foundation
public import Logging
import Timestamp
import TimestampClient
import TransparencyLog
import Vault

/// The folder of a vault: its keys, its store and its index.
public struct VaultFolder: Sendable {
    let configuration: ServerConfiguration

    /// Names a vault's folder; nothing is touched yet.
    public init(_ configuration: ServerConfiguration) { self.configuration = configuration }

    /// The log's signers: the private keys that lie here, whichever is in force.
    ///
    /// - Throws: ``StartError``
    func signers() throws -> LogSigners {
        try requireVault(with: configuration.path(configuration.logKey))
        let files = LogKeyFiles(configuration)
        let signers = try files.all()
        guard let origin = signers.first?.verifierKey.name,
            signers.allSatisfy({ $0.verifierKey.name == origin })
        else { throw StartError.logKeyUnreadable }
        return LogSigners(signers, origin: origin) { try files.all() }
    }

    /// The TLS key in use, and its certificate.
    ///
    /// - Throws: ``StartError``
    func tlsIdentity() throws -> TLSIdentity {
        try requireVault(with: configuration.path(configuration.tlsKey))
        return try tlsKeys.current()
    }

    var tlsKeys: TLSKeys { TLSKeys(configuration) }

    /// The witnesses of the log: those that the policy names or, where it names none, those of the
    /// configured file; `nil` where there are none either.
    ///
    /// - Throws: ``StartError``
    func witnesses(of policy: Policy?) throws -> WitnessSet? {
        if let policy, !policy.witnesses.isEmpty {
            return WitnessSet(
                policy.trust(in: []),
                timeout: configuration.witnessTimeout
            )
        }
        guard let path = configuration.witnessPolicy.map(configuration.path) else { return nil }
        return try WitnessSet(
            parsing: try SecretFile.readPublic(path),
            at: path,
            timeout: configuration.witnessTimeout
        )
    }

    /// What has checkpoints time-stamped; `nil` where no authority is configured.
    ///
    /// - Throws: ``StartError``
    func stamper(
        for vault: OpenVault,
        metrics: Metrics,
        logger: Logger,
        now: @escaping @Sendable () -> UTCTime
    ) throws -> Stamper? {
        let addresses = configuration.tsa.all
        guard !addresses.isEmpty else { return nil }
        let roots = try authorityRoots()
        let timeout = configuration.tsaTimeout
        let http = HTTPClient.outbound(timeout: timeout, proxy: configuration.tsaProxy?.proxy)
        return Stamper(
            authorities: zip(addresses, roots).map { address, file in
                TimestampAuthority(
                    url: address.url,
                    trust: TimestampTrust(roots: file, intermediates: file),
                    http: http,
                    timeout: timeout
                )
            },
            http: http,
            vault: vault,
            every: configuration.tsaEvery,
            renewBefore: configuration.tsaRenewBefore,
            metrics: metrics,
            logger: logger,
            now: now
        )
    }

    /// The file of each configured authority.
    private func authorityRoots() throws -> [CertificateFile] {
        try configuration.tsa.all.map { address in
            let path = configuration.path(address.roots)
            let text = try SecretFile.readPublic(path)
            do {
                return try CertificateFile(parsing: Array(text.utf8))
            } catch {
                throw StartError.badAuthority(path: path, reason: "\(error)")
            }
        }
    }

    /// Tells a folder without a vault from a vault without a file.
    private func requireVault(with path: String) throws(StartError) {
        guard
            FileManager.default.fileExists(atPath: "\(configuration.data)/lock")
                || FileManager.default.fileExists(atPath: path)
        else { throw .noVault(configuration.data) }
    }

    var indexPath: String { configuration.path("index.sqlite") }

    /// Opens the vault for serving; the folder is locked until the value goes.
    func open(
        logger: Logger,
        now: @escaping @Sendable () -> UTCTime,
        metrics: Metrics? = nil
    ) async throws -> OpenVault {
        var options = OpenVault.Options()
        if let metrics {
            options.sequencer.observer = { _, size, took in
                metrics.rounds.add()
                metrics.entries.set(Int(clamping: size))
                metrics.roundSeconds.observe(took)
            }
        }
        options.quota = UInt64(configuration.pendingQuota.bytes)
        options.sequencer.groupInterval = configuration.roundTimer
        options.sequencer.poolLimit = configuration.roundPool
        options.sequencer.retryAfter = configuration.retryAfter
        options.sequencer.rounding = configuration.roundToHour ? .hour : .minute
        return try await OpenVault.open(
            try DirectoryStore(at: configuration.data).engine(),
            index: indexPath,
            signers: try signers(),
            options: options,
            logger: logger,
            now: now
        )
    }

    /// Checks the vault; the folder must not be served meanwhile.
    ///
    /// - Parameters:
    ///   - deep: whether all contents are hashed and the whole index is compared, too
    ///   - rebuildIndex: whether the index is made again from the log
    ///   - logger: told what is repaired
    /// - Returns: what was found
    /// - Throws: ``StartError`` or ``StorageError`` where the check could not be made
    public func check(
        deep: Bool,
        rebuildIndex: Bool,
        logger: Logger
    ) async throws -> CheckReport {
        var report = try await VaultCheck(
            try DirectoryStore(at: configuration.data).engine(),
            index: indexPath,
            keys: try signers().verifierKeys,
            authorities: Dictionary(
                zip(configuration.tsa.all.map(\.name), try authorityRoots()),
                uniquingKeysWith: { $1 }
            ),
            deep: deep,
            logger: logger
        ).run(rebuildIndex: rebuildIndex)
        checkTLSKey(&report)
        return report
    }

    /// Looks whether members' devices take the TLS key.
    private func checkTLSKey(_ report: inout CheckReport) {
        guard let policy = report.policy else { return }
        let expected =
            "a key that the policy names: \(policy.tlsKeys.map(\.hex).joined(separator: " or "))"
        do {
            let found = try tlsIdentity().pin
            guard !policy.tlsKeys.contains(found) else { return }
            report.add(configuration.tlsKey, expected: expected, found: found.hex)
        } catch {
            report.add(configuration.tlsKey, expected: expected, found: "\(error)")
        }
    }
}
