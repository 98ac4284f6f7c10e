// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// Follows the log's key from the one that this device trusts to the one that signs now.
///
/// See the article "What is checked at each contact", "The log's key changes hands".
struct LogKeyFollower: Sendable {
    let log: LogView
    let trust: Trust
    let signer: RequestSigner

    /// Learns of the keys that took over, where a line of a checkpoint shows that there may be some.
    ///
    /// The entries about administrators are judged first, by the vault's rules and from the genesis of
    /// the invitation on: each handover in them is signed by the key before it, and by as many
    /// administrators as the policy asks for. The chain has to lead on from a key that this device
    /// trusts. Only then the checkpoint's own signature is looked at, and whether its tree continues
    /// the one this device knows and holds these entries. Nothing is remembered before all of that.
    ///
    /// A device that has not joined may not ask for these entries. It believes the key of its invitation, and
    /// those to which handovers lead from it that the keys themselves signed; once it has joined, the entries
    /// must say the same.
    ///
    /// - Throws: ``ClientError`` `.untrusted` for whatever does not hold.
    func follow(_ note: SignedNote) async throws {
        let known = log.keys.value
        let state = await trust.state
        guard known.areNotAll(of: note) else { return }
        guard state.isEnrolled else { return try await followHandovers(note, after: known) }
        let genesis = try state.knownGenesis
        var governance = Governance()
        var shown: [Receipt] = []
        do {
            let pages = EntryPages(connection: log.connection, signer: signer, trust: trust)
            try await pages.each(at: "/v1/governance/entries") { bytes, _ in
                let receipt = try Receipt(parsing: bytes)
                try governance.add(
                    LoggedEntry(entry: receipt.entry, index: receipt.index, receipt: bytes),
                    genesis: genesis
                )
                shown.append(receipt)
                return receipt.index
            }
        } catch let error as ReceiptError {
            throw ClientError.untrusted("\(error)")
        } catch let error as ClientError where error.code == .refused {
            // A vault that does not know this device: the checkpoint's signature says whose it is.
            return
        }
        guard let learned = governance.state.logKeys, learned != known else { return }
        try await require(learned, after: known, shown: shown, under: note)
        try await learn(learned)
    }

    /// Learns of the keys to which those before signed that they hand over, from the invitation's on.
    private func followHandovers(_ note: SignedNote, after known: LogKeys) async throws {
        let answer = try await log.connection.send(.open("/v1/log-keys"), allowsMissing: true)
        guard answer.status == 200 else { return }
        let history: LogKeyHistory
        do throws(LineError) {
            history = try LogKeyHistory(parsing: answer.text)
        } catch {
            throw ClientError.untrusted(
                "what the vault shows of its log's keys is not to be believed: \(error)"
            )
        }
        guard history.keys.continues(known), history.keys != known else { return }
        try await require(history.keys, after: known, shown: [], under: note)
        // Remembered once the entries say the same.
        log.keys.set(history.keys)
    }

    /// Takes the keys that entries showed which were proved.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where they do not continue those that this device knows.
    func learn(_ learned: LogKeys) async throws {
        let known = log.keys.value
        guard await learned != trust.state.knownLogKeys else { return }
        guard learned.continues(known) else { throw otherHistory(known) }
        try await trust.update { $0.learn(learned) }
        log.keys.set(learned)
    }

    private func require(
        _ learned: LogKeys,
        after known: LogKeys,
        shown: [Receipt],
        under note: SignedNote
    ) async throws {
        guard learned.continues(known) else { throw otherHistory(known) }
        let view = LogView(
            connection: log.connection,
            origin: log.origin,
            keys: KnownLogKeys(learned)
        )
        let newest = try view.head(of: note)
        try await view.requireOneLog(await trust.head, newest)
        for receipt in shown {
            let head: Head
            do {
                let trusted = try receipt.verify(by: view.policy).checkpoint
                head = Head(size: trusted.size, root: trusted.root)
            } catch {
                throw ClientError.untrusted(
                    "the log's key is said to have changed hands, but entry \(receipt.index) is not "
                        + "shown to be in the log: \(error)"
                )
            }
            try await view.requireOneLog(head, newest)
        }
    }

    private func otherHistory(_ known: LogKeys) -> ClientError {
        .untrusted(
            "the vault's log shows another history of its keys than the one that this device knows, "
                + "with the key \"\(known.current)\""
        )
    }
}

extension LogView {
    /// Shows that two heads are of one log, whichever is older; that it went back is for others to say.
    fileprivate func requireOneLog(_ one: Head, _ other: Head) async throws {
        let (old, new) = one.size < other.size ? (one, other) : (other, one)
        try await requireConsistency(from: old, to: new)
    }
}
