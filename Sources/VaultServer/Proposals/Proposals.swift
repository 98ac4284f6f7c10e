// SPDX-License-Identifier: Apache-2.0

import Bulk
import Logging
import NIOCore
import TransparencyLog
import Vault

/// Statements that wait for the signatures of further administrators.
///
/// A convenience and no more: what is kept here is not in the log and changes nothing, and the fold
/// judges the complete statement as any other when it is sent to the log. See <doc:Proposals>.
///
/// Each answer is a file of its own that is only created, so nothing is lost or changed by a crash
/// between two of them. Memory holds who answered what; the texts are read when they are asked for.
public actor Proposals {
    /// A statement is good for at most this long when it is proposed: 30 days, in seconds.
    static let longest: Int64 = 30 * 86_400
    /// The largest note in bytes: with the lines of 99 others, of 256 bytes at most, it is still a
    /// statement.
    static let sizeLimit = SignedStatement.maximumSize - 99 * lineLimit
    /// The largest signature line in bytes; one of an Ed25519 key has 163 with its line feed.
    static let lineLimit = 256
    /// So many proposals of one person wait at once.
    static let perPerson = 16
    /// So many proposals wait at once.
    static let inAll = 256

    private let store: any ObjectStore
    private let index: VaultIndex
    private let published: PublishedHead
    private let rounding: AcceptedRounding
    private let now: @Sendable () -> UTCTime
    private var open: [Hash: OpenProposal] = [:]

    init(
        store: any ObjectStore,
        index: VaultIndex,
        published: PublishedHead,
        rounding: AcceptedRounding,
        now: @escaping @Sendable () -> UTCTime
    ) {
        self.store = store
        self.index = index
        self.published = published
        self.rounding = rounding
        self.now = now
    }

    // MARK: Proposing

    /// Takes a statement that its actor alone has signed.
    ///
    /// - Returns: Whether it is new here.
    func add(_ note: [UInt8], by caller: Caller) async throws(ProposalError) -> Bool {
        let signed: SignedStatement
        do {
            signed = try SignedStatement(parsing: note)
        } catch {
            throw .malformed
        }
        let act = signed.statement.act
        guard act.quorum != nil, let deadline = act.deadline else { throw .notOfQuorumClass }
        guard signed.statement.actor == caller.member, signed.note.signatures.count == 1 else {
            throw .otherSigners
        }
        guard deadline.seconds - now().seconds <= Self.longest else { throw .tooFar }
        let state = published.state
        let verified: VerifiedStatement
        do {
            verified = try state.verifySignatures(of: signed)
        } catch {
            throw .refused(error)
        }
        let facts: RoundFacts
        do {
            facts = try await index.facts(for: [signed], before: state.size)
        } catch {
            throw .index(error)
        }
        do {
            try state.requireProposable(verified, accepted: accepted, facts: facts)
        } catch {
            throw .refused(error)
        }
        guard let proposal = OpenProposal(signed, in: state) else { throw .notOfQuorumClass }
        try await collect()
        if open[signed.id] != nil { return false }
        guard open.count < Self.inAll,
            open.values.count(where: { $0.person == proposal.person }) < Self.perPerson
        else { throw .tooMany }
        // Its place is taken before the write, so that two at once do not both take the last one.
        open[signed.id] = proposal
        do {
            try await store.create(.proposal(signed.id), note)
        } catch {
            open[signed.id] = nil
            throw .storage(error)
        }
        return true
    }

    // MARK: Asking

    /// The ids of those that wait: for an administrator all, for others their own.
    func ids(for caller: Caller) async throws(ProposalError) -> [Hash] {
        try await collect()
        return open.filter { isVisible($0.value, to: caller) }.keys.sorted()
    }

    /// A proposal with the signatures so far, and the notes by which it was rejected.
    func show(
        _ id: Hash,
        to caller: Caller
    ) async throws(ProposalError) -> (note: SignedStatement, rejections: [[UInt8]]) {
        let proposal = try await existing(id, for: caller)
        let tally = try await tally(id, proposal)
        var rejections: [[UInt8]] = []
        for key in proposal.no.sorted() {
            rejections.append(try await read(.rejection(of: id, by: key)))
        }
        return (tally.statement, rejections)
    }

    // MARK: Answering

    /// Takes the signature line of an administrator's key; one more of the same person is left out.
    func approve(_ id: Hash, _ bytes: [UInt8], by caller: Caller) async throws(ProposalError) {
        let proposal = try await existing(id, for: caller)
        let member = try administrator(caller)
        guard bytes.last == UInt8(ascii: "\n"),
            let text = String(validating: bytes.dropLast(), as: UTF8.self),
            let line = NoteSignature(parsing: text), line.name == member.fingerprint.hex
        else { throw .malformed }
        let before = try await tally(id, proposal)
        if before.approvers.contains(member.person) { return }
        guard !proposal.rejecters(in: published.state).contains(member.person) else {
            throw .answered
        }
        let after = try tally(before.statement, adding: [line])
        guard after.approvers.contains(member.person) else { throw .refused(.wrongSignature) }
        try await create(.approval(of: id, by: member.fingerprint), bytes)
        open[id]?.yes.insert(member.fingerprint)
    }

    /// Takes a signed no: of an administrator, or of the proposer, who withdraws the proposal by it.
    func reject(_ id: Hash, _ bytes: [UInt8], by caller: Caller) async throws(ProposalError) {
        let proposal = try await existing(id, for: caller)
        let state = published.state
        guard let member = state.member(caller.member), member.isActive,
            let rejection = try? Rejection(parsing: bytes),
            rejection.statement == id, rejection.vault == state.foundation?.origin,
            rejection.actor == caller.member
        else { throw .malformed }
        guard rejection.isSigned(by: member) else { throw .refused(.wrongSignature) }
        if member.person == proposal.person {
            return try await remove(id)
        }
        guard !proposal.approvers(in: state).contains(member.person) else { throw .answered }
        if proposal.rejecters(in: state).contains(member.person) { return }
        try await create(.rejection(of: id, by: member.fingerprint), bytes)
        open[id]?.no.insert(member.fingerprint)
        try await collect()
    }

    // MARK: Housekeeping

    /// Finds what an earlier process kept, and removes answers to nothing.
    func load(logger: Logger) async throws(StorageError) {
        var answers: [Hash: (yes: Set<Fingerprint>, no: Set<Fingerprint>)] = [:]
        var ids: Set<Hash> = []
        for found in try await store.list(.proposals) {
            switch found.key {
            case .proposal(let id): ids.insert(id)
            case .approval(let id, let key): answers[id, default: ([], [])].yes.insert(key)
            case .rejection(let id, let key): answers[id, default: ([], [])].no.insert(key)
            default: continue
            }
        }
        for (id, found) in answers where !ids.contains(id) {
            for key in found.yes { try await store.delete(.approval(of: id, by: key)) }
            for key in found.no { try await store.delete(.rejection(of: id, by: key)) }
        }
        for id in ids {
            let note = try await store.bytes(of: .proposal(id))
            guard let signed = try? SignedStatement(parsing: note), signed.id == id,
                var proposal = OpenProposal(signed, in: published.state)
            else {
                logger.error("a proposal is damaged", metadata: ["proposal": "\(id)"])
                continue
            }
            proposal.yes = answers[id]?.yes ?? []
            proposal.no = answers[id]?.no ?? []
            open[id] = proposal
        }
    }

    /// Removes what expired, is in the log, or cannot get its signatures any more.
    func collect() async throws(ProposalError) {
        let state = published.state
        let accepted = accepted
        for (id, proposal) in open {
            var isOver = proposal.deadline <= accepted || !proposal.isReachable(in: state)
            if !isOver {
                do {
                    isOver = try await index.statement(id) != nil
                } catch {
                    throw .index(error)
                }
            }
            if isOver { try await remove(id) }
        }
    }

    /// The answers go first: were the statement gone before them, nobody would know whose they are.
    private func remove(_ id: Hash) async throws(ProposalError) {
        guard let proposal = open.removeValue(forKey: id) else { return }
        do {
            for key in proposal.yes { try await store.delete(.approval(of: id, by: key)) }
            for key in proposal.no { try await store.delete(.rejection(of: id, by: key)) }
            try await store.delete(.proposal(id))
        } catch {
            throw .storage(error)
        }
    }

    // MARK: Parts

    /// What an entry would be given as its time now.
    private var accepted: UTCTime { max(rounding.round(now()), published.state.accepted) }

    private func isVisible(_ proposal: OpenProposal, to caller: Caller) -> Bool {
        guard let member = published.state.member(caller.member), member.isActive else {
            return false
        }
        return member.role == .admin || member.person == proposal.person
    }

    private func existing(
        _ id: Hash,
        for caller: Caller
    ) async throws(ProposalError) -> OpenProposal {
        try await collect()
        guard let proposal = open[id], isVisible(proposal, to: caller) else { throw .notFound }
        return proposal
    }

    private func administrator(_ caller: Caller) throws(ProposalError) -> Member {
        guard let member = published.state.member(caller.member), member.isActive,
            member.role == .admin
        else { throw .refused(.notAdministrator) }
        return member
    }

    /// The statement with the answers that count now: a key may have ended since it signed.
    private func tally(_ id: Hash, _ proposal: OpenProposal) async throws(ProposalError) -> Tally {
        let note = try await read(.proposal(id))
        guard let signed = try? SignedStatement(parsing: note) else { throw .notFound }
        var lines: [NoteSignature] = []
        for key in proposal.yes.sorted() {
            let bytes = try await read(.approval(of: id, by: key))
            let text = String(decoding: bytes.dropLast(), as: UTF8.self)
            if let line = NoteSignature(parsing: text) { lines.append(line) }
        }
        return try tally(signed, adding: lines)
    }

    private func tally(
        _ signed: SignedStatement,
        adding lines: [NoteSignature]
    ) throws(ProposalError) -> Tally {
        let tally: Tally?
        do {
            tally = try published.state.tally(of: signed, adding: lines)
        } catch {
            throw .refused(error)
        }
        guard let tally else { throw .notOfQuorumClass }
        return tally
    }

    private func create(_ key: StorageKey, _ bytes: [UInt8]) async throws(ProposalError) {
        do {
            try await store.create(key, bytes)
        } catch {
            throw .storage(error)
        }
    }

    private func read(_ key: StorageKey) async throws(ProposalError) -> [UInt8] {
        do {
            return try await store.bytes(of: key)
        } catch  where error.code == .missing {
            // Somebody else's answer ended it meanwhile.
            throw .notFound
        } catch {
            throw .storage(error)
        }
    }
}
