// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog
import Vault

/// Something about the vault that a person must look at.
public struct Alarm: Encodable, Hashable, Sendable {
    /// The kinds of alarms.
    public enum Kind: String, Encodable, Sendable {
        /// The log was forked, rolled back or is kept back, or another key answers.
        case untrusted
        /// An entry was not allowed at its place.
        case violation
        /// A witness has not cosigned for long.
        case witness
        /// Somebody had unusually much released.
        case access
        /// The newest entry was accepted at a time that is still to come.
        case time
        /// The vault cannot be reached.
        case unreachable
    }

    /// What kind of thing it is.
    public let kind: Kind
    /// What was found, in one sentence without a full stop.
    public let message: String
}

/// Looks at a vault again and again, and says what is new and wrong.
///
/// A look is an audit of what was appended since the last one, and of the age of the witnesses'
/// cosignatures.
public struct LogWatch: Sendable {
    /// What is unusual.
    public struct Limits: Sendable {
        /// More submissions released to one person within a day of the vault's time.
        public var releasesPerDay: Int
        /// An older cosignature of a witness, in seconds.
        public var cosignatureAge: Int64

        /// Takes limits.
        public init(releasesPerDay: Int, cosignatureAge: Int64) {
            self.releasesPerDay = releasesPerDay
            self.cosignatureAge = cosignatureAge
        }
    }

    /// How far the vault's clock may be ahead, in seconds.
    private static let clockTolerance: Int64 = 600
    /// How many entries back a cosignature is looked for.
    private static let checkpointsBefore: UInt64 = 1000

    private let session: VaultSession
    private let witnesses: [TrustPolicy.Witness]
    private let limits: Limits
    private let now: @Sendable () -> UTCTime
    private var releases: ReleaseCount
    /// When each witness last cosigned, in seconds since 1970, as far as it was seen.
    private var cosigned: [VerifierKey: UInt64] = [:]
    /// What was said already and still holds.
    private var known: Set<Alarm> = []

    /// Watches the vault of a session.
    ///
    /// - Parameters:
    ///   - session: Of an administrator or auditor.
    ///   - witnesses: Whose cosignatures must be there, beside those that the vault's policy names.
    ///   - limits: What is unusual.
    public init(
        _ session: VaultSession,
        witnesses: [TrustPolicy.Witness] = [],
        limits: Limits
    ) {
        self.init(session, witnesses: witnesses, limits: limits) {
            UTCTime(seconds: VaultClock.deviceTime)
        }
    }

    init(
        _ session: VaultSession,
        witnesses: [TrustPolicy.Witness],
        limits: Limits,
        now: @escaping @Sendable () -> UTCTime
    ) {
        self.session = session
        self.witnesses = witnesses
        self.limits = limits
        self.now = now
        releases = ReleaseCount(limit: limits.releasesPerDay)
    }

    /// Looks once.
    ///
    /// - Returns: What is wrong and was not said by the look before.
    /// - Throws: ``ClientError`` for what is wrong on this device: `.refused` for who may not audit.
    public mutating func look() async throws -> [Alarm] {
        var found: [Alarm] = []
        do {
            var releases = releases
            let (report, state) = try await session.audit(
                fully: false,
                witnesses: witnesses,
                progress: { _, _ in },
                observing: { releases.add($0) }
            )
            // Where something was not allowed, the next look begins where this one did.
            if report.isClean { self.releases = releases }
            found += releases.alarms
            found += report.violations.map(Alarm.init)
            found += try await staleWitnesses(in: state)
            found += clockAhead(state.accepted)
        } catch let error as ClientError {
            switch error.code {
            case .untrusted: found.append(Alarm(kind: .untrusted, message: error.message))
            case .network: found.append(Alarm(kind: .unreachable, message: error.message))
            case .failed, .refused: throw error
            }
        }
        let new = found.filter { !known.contains($0) }
        known = Set(found)
        return new
    }

    private func clockAhead(_ accepted: UTCTime) -> [Alarm] {
        guard accepted.seconds > now().seconds + Self.clockTolerance else { return [] }
        return [
            Alarm(
                kind: .time,
                message:
                    "the newest entry was accepted at \(accepted.text), which is still to come by "
                    + "this device's clock"
            )
        ]
    }

    /// Each witness's newest cosignature under the newest checkpoint or, since that may be a moment old,
    /// under those before it.
    private mutating func staleWitnesses(in state: VaultState) async throws -> [Alarm] {
        let keys = Set(witnesses.map(\.key) + (state.policy?.witnesses.map(\.key) ?? []))
        guard !keys.isEmpty else { return [] }
        let (note, head) = try await session.newest()
        for line in (try? note.verified(by: Array(keys))) ?? [] { take(line.time, of: line.key) }
        if !keys.isSubset(of: cosigned.keys) {
            var history = CheckpointHistory(
                session,
                after: head.size - min(head.size, Self.checkpointsBefore),
                witnesses: witnesses
            )
            _ = try await history.roots(at: 0..<head.size + 1, in: state)
            for (key, time) in history.cosigned { take(time, of: key) }
        }
        let oldest = now().seconds - limits.cosignatureAge
        return keys.sorted { $0.text < $1.text }.compactMap { key in
            guard let time = cosigned[key] else {
                return Alarm(
                    kind: .witness,
                    message:
                        "the witness \"\(key.name)\" has cosigned none of the newest checkpoints"
                )
            }
            guard Int64(clamping: time) < oldest else { return nil }
            let since = UTCTime(seconds: Int64(clamping: time)).text
            return Alarm(
                kind: .witness,
                message: "the witness \"\(key.name)\" has not cosigned since \(since)"
            )
        }
    }

    private mutating func take(_ time: UInt64?, of key: VerifierKey) {
        cosigned[key] = max(cosigned[key] ?? 0, time ?? 0)
    }
}

extension Alarm {
    fileprivate init(_ entry: AuditedEntry) {
        let actor = entry.actor.map { " by \($0.hex)" } ?? ""
        self.init(
            kind: .violation,
            message: "entry \(entry.index)\(actor) was not allowed: \(entry.rule ?? ""): "
                + (entry.reason ?? "")
        )
    }
}

/// How many submissions were released to each person on the newest day of the log.
private struct ReleaseCount: Sendable {
    private let limit: Int
    private var day: Int64 = 0
    private var counts: [Fingerprint: Int] = [:]
    /// What was too much.
    private(set) var alarms: [Alarm] = []

    init(limit: Int) { self.limit = limit }

    mutating func add(_ step: LogReplay.Step) {
        for judged in step.entries where judged.fault == nil {
            guard let entry = judged.entry else { continue }
            let today = entry.accepted.seconds / 86_400
            if today > day { (day, counts) = (today, [:]) }
            let statement = entry.signed.statement
            switch statement.act {
            case .access, .export:
                let person = step.state.person(of: statement.actor) ?? statement.actor
                add(statement.act.records.count, to: person)
            default: break
            }
        }
    }

    private mutating func add(_ count: Int, to person: Fingerprint) {
        let before = counts[person] ?? 0
        counts[person] = before + count
        guard before <= limit, before + count > limit else { return }
        let date = UTCTime(seconds: day * 86_400).text.prefix(10)
        alarms.append(
            Alarm(
                kind: .access,
                message: "more than \(limit) submissions were released to \(person.hex) on \(date)"
            )
        )
    }
}
