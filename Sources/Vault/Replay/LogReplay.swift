// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// A log that is replayed: its tree grows, and each entry is judged by the rules at its place.
///
/// An entry that cannot be read or was not allowed is in the tree and changes nothing else: the
/// replay goes on as if it said nothing. So each entry is judged by what was allowed before it, and
/// whatever builds on an entry that was not is reported, too. Nothing of it is to be believed before
/// ``root`` was compared with that of a checkpoint. See <doc:Replay>.
public struct LogReplay: Sendable {
    /// What the entries so far amount to, those that were allowed.
    public private(set) var state = VaultState()
    /// What grows with the log.
    public private(set) var facts = LogFacts()
    private var edge = TreeEdge()

    /// A replay before the first entry.
    public init() {}

    init(state: VaultState, facts: LogFacts, edge: TreeEdge) {
        self.state = state
        self.facts = facts
        self.edge = edge
    }

    /// How many entries were taken, which is the index of the next one.
    public var size: UInt64 { edge.size }

    /// The root hash of the tree of these entries.
    public var root: Hash { edge.root }

    /// What ``take(_:rootsAt:)`` found.
    public struct Step: Sendable {
        /// The entries, in order.
        public fileprivate(set) var entries: [JudgedEntry] = []
        /// The state after them.
        public fileprivate(set) var state = VaultState()
        /// The root of the tree at each size that was asked for and reached.
        public fileprivate(set) var roots: [UInt64: Hash] = [:]
        /// The tiles that were completed and, partial, those of the right edge.
        public fileprivate(set) var tiles: [Tile] = []
    }

    /// Takes the entries that come next.
    ///
    /// - Parameters:
    ///   - bundle: Begins at ``size``.
    ///   - sizes: At which sizes of the tree the root is wanted.
    /// - Returns: What these entries are.
    public mutating func take(_ bundle: ExaminedBundle, rootsAt sizes: Set<UInt64> = []) -> Step {
        precondition(bundle.first == size, "bundles are taken in order")
        var step = Step()
        step.entries.reserveCapacity(bundle.entries.count)
        for examined in bundle.entries {
            step.entries.append(judge(examined))
            append(examined.leafHash, &step, sizes)
        }
        end(&step)
        return step
    }

    /// Takes leaves that come next, of which only the hashes are known.
    ///
    /// They are in the tree and say nothing, so whatever builds on one of them is judged not to be allowed.
    ///
    /// - Parameters:
    ///   - leafHashes: In order.
    ///   - sizes: At which sizes of the tree the root is wanted.
    /// - Returns: What the tree is by now; no entries.
    public mutating func pass(
        over leafHashes: some Sequence<Hash>,
        rootsAt sizes: Set<UInt64> = []
    ) -> Step {
        var step = Step()
        for hash in leafHashes {
            state.passOver()
            append(hash, &step, sizes)
        }
        end(&step)
        return step
    }

    private mutating func append(_ hash: Hash, _ step: inout Step, _ sizes: Set<UInt64>) {
        edge.append(hash)
        if !sizes.isEmpty, sizes.contains(size) { step.roots[size] = root }
    }

    private mutating func end(_ step: inout Step) {
        step.state = state
        step.tiles = edge.flush()
    }

    private mutating func judge(_ examined: ExaminedEntry) -> JudgedEntry {
        var entry: Entry?
        var caseID: CaseID?
        var fault: EntryFault?
        do throws(EntryFault) {
            let read = try examined.read()
            entry = read
            caseID = self.caseID(of: read.signed.statement.act)
            try apply(read, examined.verified)
        } catch {
            fault = error
            state.passOver()
        }
        return JudgedEntry(
            index: size,
            leafHash: examined.leafHash,
            entry: entry,
            caseID: caseID,
            fault: fault
        )
    }

    private mutating func apply(
        _ entry: Entry,
        _ verified: VerifiedStatement?
    ) throws(EntryFault) {
        do throws(PolicyViolation) {
            // The key may have come with an entry after the state that looked first.
            let statement =
                if let verified { verified } else { try state.verifySignatures(of: entry.signed) }
            try state.apply(statement, accepted: entry.accepted, at: size, facts: &facts)
        } catch {
            throw .violation(error)
        }
    }

    private func caseID(of act: Act) -> CaseID? {
        switch act {
        case .enrol(let enrol): state.invite(key: enrol.inviteKey)?.caseID
        case .consent(let consent): facts.submission(record: consent.record)?.caseID
        default: act.caseID
        }
    }
}

extension ExaminedEntry {
    fileprivate func read() throws(EntryFault) -> Entry {
        switch entry {
        case .success(let entry): return entry
        case .failure(let error): throw .unreadable(error)
        }
    }
}

extension VaultState {
    /// Goes past an entry that was not allowed: it changes nothing but the index of the next one.
    mutating func passOver() { size += 1 }
}
