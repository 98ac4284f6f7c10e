// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
public import Vault

/// What a device does once it has begun to seal submissions anew, whatever ends it in between.
struct PendingReencryption: Codable, Equatable, Sendable {
    /// The epoch of the case's key before.
    let epoch: UInt64
    /// The records that shall be replaced, hexadecimal.
    private var records: [String]
    /// Whether the case has its next key.
    var isRotated = false

    init(epoch: UInt64, names: [Hash]) {
        self.epoch = epoch
        records = names.map(\.hex)
    }

    /// The records that shall be replaced.
    var names: [Hash] {
        get { records.compactMap { Hash(hex: $0) } }
        set { records = newValue.map(\.hex) }
    }
}

extension VaultSession {
    /// On whose authority a record goes that another took the place of.
    static let reencryptionAuthority = "reencrypted"

    /// Gives a case its next key, seals submissions anew under new file keys, and has what they were
    /// erased.
    ///
    /// A submission whose envelopes hold another file key than its record commits to is sealed anew first,
    /// while the key of now still opens it, and only where its plaintext is the one that was submitted.
    /// Ended anywhere, the same call goes on: what is done is not done again.
    ///
    /// - Parameters:
    ///   - caseName: The case.
    ///   - reason: Why it gets its next key; it stands in the log.
    ///   - numbers: Of the submissions, as ``list(_:)`` has them; `nil` for all.
    ///   - seconds: How long others may sign the erasures, where one signature is not enough.
    ///   - progress: Told the objects that went over to the next key, of all.
    ///   - sealing: Told the number of the submission that is sealed anew, and the bytes that are done,
    ///     of all.
    ///   - notice: Told, in words, what is left out, and why.
    /// - Returns: What was done.
    /// - Throws: ``ClientError``.
    public func rotate(
        _ caseName: String,
        reason: RotationReason,
        reencrypting numbers: Set<Int>?,
        for seconds: Int64,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in },
        sealing: @escaping @Sendable (Int, UInt64, UInt64) -> Void = { _, _, _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ReencryptionResult {
        let id = try await resolve(caseName)
        var work = try await pendingReencryption(of: id, numbers, notice)
        var result = ReencryptionResult(caseID: id.hex)
        if !work.isRotated {
            let view = try await view(of: id)
            if view.epoch == work.epoch || RotationJob.exists(for: id, in: home) {
                for record in try await recordsOfOtherKeys(work.names, of: id) {
                    try await seal(record, of: id, .commitment, sealing, notice)
                }
                result.rotation = try await rotate(
                    caseName,
                    reason: reason,
                    progress: progress,
                    notice: notice
                )
            }
            work.isRotated = true
            try await keep(work, of: id)
        }
        for record in work.names {
            try await seal(record, of: id, .compromise, sealing, notice)
        }
        for record in work.names {
            guard let done = try await erasingReplaced(record, of: id, for: seconds) else {
                continue
            }
            result.submissions.append(done)
            try Reencryption.wipe(record, self)
        }
        try await keep(nil, of: id)
        return result
    }

    /// What was begun, and what is asked for now; on the disk when this returns.
    private func pendingReencryption(
        of id: CaseID,
        _ numbers: Set<Int>?,
        _ notice: (String) -> Void
    ) async throws -> PendingReencryption {
        let view = try await view(of: id)
        guard view.owner == identity.person else {
            throw ClientError(.refused, "only the owner of a case changes its key")
        }
        let chosen = try (numbers?.sorted() ?? Array(1..<view.submissions.count + 1)).compactMap {
            number -> Hash? in
            guard let submission = view.submission(number) else {
                throw ClientError(.failed, "there is no submission \(number) in this case")
            }
            guard submission.isErased() else { return submission.record }
            if numbers != nil { notice("submission \(number) was erased: nothing of it is left") }
            return nil
        }
        var work = PendingReencryption(epoch: view.epoch, names: chosen)
        if let begun = await trust.state[id.hex]?.reencryption {
            notice("goes on with the submissions that were being sealed anew")
            // Those that were done stand there under the record before.
            let done = view.submissions.filter { !Set($0.earlier).isDisjoint(with: begun.names) }
            work = begun
            work.names += chosen.filter { record in
                !begun.names.contains(record) && !done.contains { $0.record == record }
            }
        }
        try await keep(work, of: id)
        return work
    }

    /// Gives up what was begun.
    ///
    /// - Returns: Whether there was something.
    func discardReencryption(of id: CaseID) async throws -> Bool {
        guard let work = await trust.state[id.hex]?.reencryption else { return false }
        for record in work.names { try Reencryption.wipe(record, self) }
        try await keep(nil, of: id)
        return true
    }

    private func keep(_ work: PendingReencryption?, of id: CaseID) async throws {
        try await trust.update { state in
            var known = state[id.hex] ?? KnownCase(id: id.hex)
            known.reencryption = work
            state[id.hex] = known
        }
    }

    /// Of some records, those with an envelope whose file key is not the one that was committed to.
    ///
    /// The next key of the case will not open them: a change of the key leaves such an envelope as it is.
    private func recordsOfOtherKeys(
        _ records: [Hash],
        of id: CaseID
    ) async throws -> [Hash] {
        let reading = try await CaseReading.begin(self, id)
        let wanted = reading.view.records.filter { recorded in
            records.contains(recorded.name) && !reading.view.isErased(in: recorded)
                && reading.view.submissions.contains { $0.record == recorded.name }
        }
        guard !wanted.isEmpty else { return [] }
        let access = try await reading.accessToEnvelopes()
        var found: [Hash] = []
        for recorded in wanted where try await reading.holdsOtherKeys(recorded, access) {
            found.append(recorded.name)
        }
        return found
    }

    /// Puts a record in the place of another, unless that was done or cannot be done.
    private func seal(
        _ record: Hash,
        of id: CaseID,
        _ reason: ReencryptReason,
        _ sealing: @escaping @Sendable (Int, UInt64, UInt64) -> Void,
        _ notice: (String) -> Void
    ) async throws {
        let reading = try await CaseReading.begin(self, id)
        _ = try await comparedOwner(of: reading.view)
        guard
            let place = reading.view.submissions.firstIndex(where: { $0.record == record })
        else { return }
        let submission = reading.view.submissions[place]
        guard !submission.isErased() else { return }
        let number = place + 1
        let reencryption = Reencryption(
            reading: reading,
            submission: submission,
            reason: reason,
            progress: { sealing(number, $0, $1) }
        )
        do {
            _ = try await reencryption.run()
            if reason == .commitment {
                notice(
                    "submission \(number) had another file key than its record commits to; what it "
                        + "opened is what was submitted, and is sealed anew"
                )
            }
        } catch {
            let described = ClientError(describing: error)
            guard described.code == .failed, !(error is CancellationError) else { throw error }
            try? Reencryption.wipe(record, self)
            // Whoever may submit can submit what nobody can open; the rest must not suffer.
            notice("submission \(number) is left as it is: \(described.message)")
        }
    }

    /// Has the records erased that the newest of a submission took the place of.
    ///
    /// - Returns: What came of it; `nil` where the submission was left as it is.
    private func erasingReplaced(
        _ named: Hash,
        of id: CaseID,
        for seconds: Int64
    ) async throws -> ReencryptedSubmission? {
        let view = try await view(of: id)
        guard
            let place = view.submissions.firstIndex(where: { $0.earlier.contains(named) })
        else { return nil }
        let submission = view.submissions[place]
        var old: [ReplacedRecord] = []
        for record in submission.earlier {
            let fate: ReplacedRecord.Fate
            if submission.erasure(of: nil, in: record) != nil {
                fate = .erased
            } else if view.isHeld || submission.isHeld {
                fate = .held
            } else {
                fate = try await erase(record, of: id, for: seconds)
            }
            old.append(ReplacedRecord(record: record.hex, fate: fate))
        }
        return ReencryptedSubmission(
            number: place + 1,
            record: submission.record.hex,
            replaced: old
        )
    }

    private func erase(
        _ record: Hash,
        of id: CaseID,
        for seconds: Int64
    ) async throws -> ReplacedRecord.Fate {
        let waiting = try await pending().contains {
            $0.act == ActName.erase.rawValue && $0.text.contains("\nrecord: \(record.hex)\n")
                && !$0.text.contains("\nobject: ")
        }
        if waiting { return .waiting }
        let act = Erase(
            expires: try deadline(in: seconds),
            caseID: id,
            record: record,
            authority: Self.reencryptionAuthority
        )
        switch try await decide(.erase(act)) {
        case .logged: return .erased
        case .proposed: return .waiting
        }
    }
}

extension CaseReading {
    /// Whether an envelope of a record holds another file key than the record commits to.
    fileprivate func holdsOtherKeys(
        _ recorded: CaseView.Recorded,
        _ access: Hash
    ) async throws -> Bool {
        let source = EnvelopeSource(Stretch(ofLeaf: recorded.index), of: self, access)
        while let page = try await source.next() {
            for found in page where try found.holdsOtherKey(identities) { return true }
        }
        return false
    }
}

/// A case that has its next key, and submissions that are sealed anew.
public struct ReencryptionResult: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let caseID: String
    /// What was done to the case's key; absent where an earlier call did it.
    public internal(set) var rotation: RotationResult?
    /// Those that were sealed anew.
    public internal(set) var submissions: [ReencryptedSubmission] = []

    init(caseID: String) { self.caseID = caseID }

    private enum CodingKeys: String, CodingKey { case caseID = "case", rotation, submissions }
}

/// A submission that was sealed anew.
public struct ReencryptedSubmission: Encodable, Sendable {
    /// Counted from 1 in log order, as before.
    public let number: Int
    /// SHA-256 of its record now.
    public let record: String
    /// The records in whose place that is.
    public let replaced: [ReplacedRecord]
}

/// A record that another took the place of.
public struct ReplacedRecord: Encodable, Sendable {
    /// What becomes of its envelopes and payloads.
    public enum Fate: String, Encodable, Sendable {
        /// They are gone from the vault's store.
        case erased
        /// They are held, and stay.
        case held
        /// Their erasure waits for signatures.
        case waiting
    }

    /// SHA-256 of the record.
    public let record: String
    /// What becomes of it.
    public let fate: Fate
}
