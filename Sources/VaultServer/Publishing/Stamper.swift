// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Bulk
import Logging
import ServiceLifecycle
import Timestamp
import TransparencyLog
import Vault

/// Has the newest checkpoint time-stamped by outside authorities, on a fixed schedule.
///
/// Never per submission: when a stamp is asked for must tell an authority, and who watches the network,
/// nothing of what happens here. Each authority has a task of its own. What cannot be asked for now is
/// asked for later; by then the newest checkpoint covers all that the missed one did.
struct Stamper: Service {
    let authorities: [TimestampAuthority]
    let http: HTTPClient
    let vault: OpenVault
    /// Stamps are due at the multiples of this, counted from 1970.
    let every: Duration
    let metrics: Metrics
    let logger: Logger
    let now: @Sendable () -> UTCTime

    /// How soon a stamp that failed is asked for again, at first and at last.
    private static let pauses: (first: Duration, last: Duration) = (.seconds(60), .seconds(3600))
    /// By how much a token's time may differ from the daemon's clock, in seconds.
    private static let tolerance: Int64 = 3600

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for authority in authorities { group.addTask { await follow(authority) } }
            }
        }
        await close()
    }

    /// Ends all connections; it must be called, and a run does.
    func close() async { try? await http.shutdown() }

    private func follow(_ authority: TimestampAuthority) async {
        var pause = Self.pauses.first
        var isAnswering = true
        while !Task.isCancelled {
            do {
                if try await isDue(authority) { try await stamp(by: authority) }
                if !isAnswering {
                    logger.notice("an authority stamps again", metadata: name(authority))
                }
                isAnswering = true
                pause = Self.pauses.first
                try await Task.sleep(for: .seconds(untilNext))
            } catch {
                guard !Task.isCancelled else { return }
                metrics.timestampFailures.add()
                if isAnswering { report(authority, error) }
                isAnswering = false
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, Self.pauses.last)
            }
        }
    }

    // MARK: When

    private var period: Int64 { max(1, every.components.seconds) }

    private var untilNext: Int64 { period - now().seconds % period }

    /// Whether the authority has stamped nothing since the last multiple of ``every``.
    func isDue(_ authority: TimestampAuthority) async throws(StorageError) -> Bool {
        var newest: (size: UInt64, key: StorageKey)?
        for object in try await vault.store.list(.timestamps) {
            guard case .timestamp(let size, _, authority.name) = object.key,
                size >= newest?.size ?? 0
            else { continue }
            newest = (size, object.key)
        }
        guard let newest else { return true }
        let stored = try? TimestampResponse(parsing: try await vault.store.bytes(of: newest.key))
        guard let time = stored?.token?.info.time.seconds else { return true }
        return time < now().seconds / period * period
    }

    // MARK: One checkpoint, one authority

    /// Has the newest checkpoint stamped, checks the answer in both ways and keeps it.
    ///
    /// A checkpoint that the authority has stamped before is left as it is.
    /// - Throws: ``StampFailure``, `TimestampSyntaxError`, ``StorageError`` or an error of the network.
    func stamp(by authority: TimestampAuthority) async throws {
        let head = try Checkpoint(parsing: vault.log.published.signed.text)
        let key = StorageKey.timestamp(size: head.size, root: head.root, authority: authority.name)
        guard try await vault.store.size(of: key) == nil else { return }
        // What is stored, for that is what everybody can hash again.
        let note = try await vault.store.bytes(of: .publishedCheckpoint(size: head.size))
        let request = TimestampRequest(
            imprint: MessageImprint(hashing: note),
            nonce: TimestampRequest.Nonce(.random(in: 1...(.max)))
        )
        let response = try await authority.send(request)
        let time = now().seconds
        let found = StoredTimestamp.response(response).verify(
            answering: request,
            trusting: authority.trust,
            at: time
        )
        if let violation = found.violation { throw StampFailure.refused(violation) }
        let difference = (response.token?.info.time.seconds ?? time) - time
        guard abs(difference) <= Self.tolerance else {
            throw StampFailure.clock(seconds: difference)
        }
        try await vault.store.create(key, response.bytes)
        metrics.timestamps.add()
    }

    private func report(_ authority: TimestampAuthority, _ error: any Error) {
        let reason =
            switch error {
            case let error as StampFailure: "\(error)"
            case let error as TimestampSyntaxError: "\(error)"
            case let error as StorageError: "\(error)"
            default: "\(type(of: error))"
            }
        var metadata = name(authority)
        metadata["reason"] = "\(reason)"
        logger.warning("an authority does not stamp", metadata: metadata)
    }

    private func name(_ authority: TimestampAuthority) -> Logger.Metadata {
        ["authority": "\(authority.url)"]
    }
}
