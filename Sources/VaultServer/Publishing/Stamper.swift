// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Bulk
import Logging
import ServiceLifecycle
import Timestamp
import TimestampClient
import TransparencyLog
import Vault

/// Has the newest checkpoint time-stamped by outside authorities, on a fixed schedule, and renews the
/// time-stamps before their certificates end.
///
/// Never per submission: when a stamp is asked for must tell an authority, and who watches the network,
/// nothing of what happens here. Each authority has a task of its own. What is due is noted on the disk
/// before it is asked for, so that neither a time without a network nor a restart forgets it.
struct Stamper: Service {
    let authorities: [TimestampAuthority]
    let http: HTTPClient
    let vault: OpenVault
    /// Stamps are due at the multiples of this, counted from 1970.
    let every: Duration
    /// How long before its chain ends a time-stamp is renewed.
    let renewBefore: Duration
    let metrics: Metrics
    let logger: Logger
    let now: @Sendable () -> UTCTime

    /// How soon a stamp that failed is asked for again, at first and at last.
    private static let pauses: (first: Duration, last: Duration) = (.seconds(60), .seconds(3600))
    /// The most checkpoints that wait for one authority; a newer one dates all that an older one does.
    private static let queueLimit = 1000

    /// For how long after a token was made revocation lists are asked for that could not be had then, in
    /// seconds: a list that has gone does not come back.
    private static let listsWanted: Int64 = 30 * 86_400

    var stamps: Stamps { Stamps(store: vault.store) }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for authority in authorities { group.addTask { await follow(authority) } }
                group.addTask { await followRenewals() }
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
                try await pass(authority)
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

    /// The last multiple of ``every``, in seconds since 1970.
    private var lastDue: Int64 { now().seconds / period * period }

    private var period: Int64 { max(1, every.components.seconds) }

    var untilNext: Int64 { period - now().seconds % period }

    // MARK: One authority

    /// Notes what is due, has everything stamped that is, and completes what is kept.
    ///
    /// - Throws: ``StampFailure``, `TimestampSyntaxError`, ``StorageError`` or an error of the network;
    ///   what is due then stays so.
    func pass(_ authority: TimestampAuthority) async throws {
        try await enqueue(for: authority)
        for stamp in try await waiting(for: authority) { try await make(stamp, by: authority) }
        try await complete(by: authority)
    }

    /// Notes that the newest checkpoint is to be stamped, once after each multiple of ``every``.
    func enqueue(for authority: TimestampAuthority) async throws {
        let found = try await stamps.inventory().parts.filter { $0.key.authority == authority.name }
        let head = try Checkpoint(parsing: vault.log.published.signed.text)
        let stamp = Stamps.Stamp(
            subject: .checkpoint(size: head.size, root: head.root),
            authority: authority.name
        )
        guard found[stamp] == nil else { return }
        let newest = found.keys.filter(\.isOfCheckpoint).max()
        if let newest, try await begun(newest) >= lastDue { return }
        let queue = found.filter { $0.value.contains(.due) }.keys.sorted()
        for oldest in queue.dropLast(Self.queueLimit - 1) {
            try await vault.store.delete(oldest.key(.due))
        }
        try await vault.store.create(stamp.key(.due), Array("\(lastDue)\n".utf8))
    }

    /// When a time-stamp was made or, where it is still due, since when it is.
    private func begun(_ stamp: Stamps.Stamp) async throws(StorageError) -> Int64 {
        if try await vault.store.size(of: stamp.key(.token)) != nil {
            let bytes = try await vault.store.bytes(of: stamp.key(.token))
            return (try? TimestampResponse(parsing: bytes))?.token?.info.time.seconds ?? 0
        }
        let text = String(decoding: try await vault.store.bytes(of: stamp.key(.due)), as: UTF8.self)
        return Int64(text.dropLast()) ?? 0
    }

    /// What an authority is to stamp, in order: the checkpoints that are due, and the newest renewal.
    func waiting(for authority: TimestampAuthority) async throws(StorageError) -> [Stamps.Stamp] {
        let found = try await stamps.inventory()
        var waiting = found.parts.filter {
            $0.key.authority == authority.name && $0.value.contains(.due)
        }.keys.sorted()
        if let newest = found.renewals.max() {
            let renewal = Stamps.Stamp(
                subject: .renewal(number: newest),
                authority: authority.name
            )
            if found.parts[renewal] == nil { waiting.append(renewal) }
        }
        return waiting
    }

    /// Has one thing stamped, checks the answer in both ways and keeps it.
    private func make(_ stamp: Stamps.Stamp, by authority: TimestampAuthority) async throws {
        guard try await vault.store.size(of: stamp.key(.token)) == nil else {
            return try await vault.store.delete(stamp.key(.due))
        }
        let kept = try await authority.stamp(
            MessageImprint(hashing: try await stamps.bytes(of: stamp.subject)),
            nonce: TimestampRequest.Nonce(.random(in: 1...(.max))),
            now: { now().seconds }
        )
        try await stamps.keep(kept, as: stamp)
        metrics.timestamps.add()
    }

    /// Finds the chains and lists that a crash, or a list that could not be had, left out.
    ///
    /// Each place is asked once for all of them: the next checkpoint is to be noted in time.
    func complete(by authority: TimestampAuthority) async throws {
        var asked = AskedLists()
        for (stamp, parts) in try await stamps.inventory().parts
        where stamp.authority == authority.name && parts.contains(.token) && !parts.contains(.lists)
        {
            let known = try await stamps.kept(stamp, parts: parts)
            if let known, !wantsLists(known) { continue }
            let bytes = try await vault.store.bytes(of: stamp.key(.token))
            let imprint = MessageImprint(hashing: try await stamps.bytes(of: stamp.subject))
            // An older token need not lead to the roots that are configured now.
            let response = try? TimestampResponse(parsing: bytes)
            guard let response,
                let kept = try? await authority.complete(response, about: imprint, &asked)
            else { continue }
            try await stamps.keepChain(of: kept, as: stamp)
        }
    }

    /// Whether the lists of a chain are there to be had, and worth asking for.
    private func wantsLists(_ kept: KeptTimestamp) -> Bool {
        let time = now().seconds
        return time < kept.expires && time - kept.token.info.time.seconds < Self.listsWanted
            && TimestampAuthority.namesLists(kept.chain)
    }

    // MARK: What is logged

    func report(_ authority: TimestampAuthority, _ error: any Error) {
        var metadata = name(authority)
        metadata["reason"] = "\(reason(error))"
        logger.warning("an authority does not stamp", metadata: metadata)
    }

    func reason(_ error: any Error) -> String {
        switch error {
        case let error as StampFailure: "\(error)"
        case let error as TimestampSyntaxError: "\(error)"
        case let error as StorageError: "\(error)"
        default: "\(type(of: error))"
        }
    }

    private func name(_ authority: TimestampAuthority) -> Logger.Metadata {
        ["authority": "\(authority.url)"]
    }
}

extension Stamps.Stamp {
    fileprivate var isOfCheckpoint: Bool {
        if case .checkpoint = subject { true } else { false }
    }
}
