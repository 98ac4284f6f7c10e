// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
public import Vault

extension VaultSession {
    /// The newest head this device saw, to be compared with other people's; the vault is not asked.
    ///
    /// Throws ``ClientError`` where no head was seen yet.
    public func seenHead() async throws -> SeenHead {
        let state = await trust.state
        return SeenHead(
            head: try Self.ownHead(state),
            seen: state.headSeen.flatMap { UTCTime($0) },
            forks: try Fork.all(in: home, for: identity)
        )
    }

    /// Finds out whether another person's head and this device's are of one log.
    ///
    /// Heads of one size are compared offline. Otherwise the vault must show a head that continues
    /// both. Heads that contradict each other are kept as a ``Fork``.
    ///
    /// Throws ``ClientError``: `.failed` where the log has not signed the other head, so that nothing
    /// can be said; `.network` where the vault is needed and does not answer.
    public func compare(_ other: SignedHead) async throws -> HeadComparison {
        let own = try Self.ownHead(await trust.state)
        if log.keys.value.areNotAll(of: other.note) {
            // The other device may have seen a handover that this one has not.
            do { _ = try await catchUp() } catch let error as ClientError
                where error.code == .network
            {}
        }
        do throws(TrustPolicyViolation) {
            _ = try log.policy.verify(other.note)
        } catch {
            throw ClientError(
                .failed,
                "the head that was given is not one of this vault's log: \(error)",
                hint: "have it sent again, and compare the vault's name and log key with each other"
            )
        }
        let finding =
            other.checkpoint.size == own.checkpoint.size
            ? try compareRoots(own, other) : try await compareByVault(own, other)
        return HeadComparison(own: own, other: other, finding: finding)
    }

    private func compareRoots(
        _ own: SignedHead,
        _ other: SignedHead
    ) throws -> HeadComparison.Finding {
        if own.checkpoint.root == other.checkpoint.root { return .same }
        return try contradiction(
            .untrusted(
                "the log was forked: with \(own.checkpoint.size) entries it has one root for this "
                    + "device and another for the other"
            ),
            [own, other]
        )
    }

    private func compareByVault(
        _ own: SignedHead,
        _ other: SignedHead
    ) async throws -> HeadComparison.Finding {
        let note = try await log.newest()
        try await receipts.follower.follow(note)
        let newest = try log.head(of: note)
        let theirs = Head(other.checkpoint)
        do {
            try await trust.accept(newest, note, floor: Head(own.checkpoint))
            guard newest.size >= theirs.size else {
                throw ClientError.untrusted(
                    "the log was rolled back: it has \(newest.size) entries now, and had "
                        + "\(theirs.size) when the other device saw it"
                )
            }
            try await log.requireConsistency(from: theirs, to: newest, seenBy: "the other device")
            return .oneLog(entries: newest.size)
        } catch let error as ClientError where error.code == .untrusted {
            let shown = try? SignedHead(note)
            return try contradiction(error, [own, other] + (shown.map { [$0] } ?? []))
        }
    }

    private func contradiction(
        _ error: ClientError,
        _ heads: [SignedHead]
    ) throws -> HeadComparison.Finding {
        try Fork(heads, finding: error.message).keep(in: home, for: identity)
        return .contradiction(error)
    }

    private static func ownHead(_ state: DeviceState) throws -> SignedHead {
        guard let checkpoint = state.checkpoint else {
            throw ClientError(
                .failed,
                "this device has seen no head of the log yet",
                hint: "run a command that asks the vault, such as `saksi case list`"
            )
        }
        return try SignedHead(SignedNote(parsing: Array(checkpoint.utf8)))
    }
}

extension Head {
    fileprivate init(_ checkpoint: Checkpoint) {
        self.init(size: checkpoint.size, root: checkpoint.root)
    }
}

/// A head, for people to compare and for programs to read.
public struct HeadCard: Encodable, Sendable {
    /// The vault's origin.
    public let vault: String
    /// Entries.
    public let entries: UInt64
    /// The root, hexadecimal.
    public let root: String
    /// Eight words, for people who hear each other.
    public let words: String
    /// The line that ``SignedHead`` reads.
    public let head: String

    /// Describes a head.
    public init(_ head: SignedHead) {
        vault = head.checkpoint.origin
        entries = head.checkpoint.size
        root = head.checkpoint.root.hex
        words = head.words
        self.head = head.line
    }
}

/// The newest head a device saw.
public struct SeenHead: Encodable, Sendable {
    /// What the log signed.
    public let head: SignedHead
    /// When it was first seen, by the device's clock, where that is known.
    public let seen: UTCTime?
    /// Heads that contradict each other, which were found before.
    public let forks: [Fork]

    /// Writes the members of ``HeadCard``, and `seen` and `forks` beside them.
    public func encode(to encoder: any Encoder) throws {
        try HeadCard(head).encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(seen?.text, forKey: .seen)
        try container.encode(forks, forKey: .forks)
    }

    private enum CodingKeys: String, CodingKey { case seen, forks }
}

/// Two people's heads, and what they say about the vault.
public struct HeadComparison: Sendable {
    /// The one this device saw.
    public let own: SignedHead
    /// The one that was given.
    public let other: SignedHead
    /// What was found.
    public let finding: Finding

    /// What two heads say about the vault.
    public enum Finding: Sendable {
        /// They are the same.
        case same
        /// The vault's newest head, of this many entries, continues both.
        case oneLog(entries: UInt64)
        /// The vault has shown each device another log, or keeps back what would show that it has not.
        case contradiction(ClientError)
    }
}
