// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// The keys of a vault's log, one after the other, each with the sizes of the tree that it vouches for.
///
/// Of every size there is just one. While a new key takes over, the one before signs as well, so that
/// whoever knows only that one can follow; but it vouches for nothing any more.
public struct LogKeys: Hashable, Sendable {
    /// A key, and from when on it is in force.
    public struct Term: Hashable, Sendable {
        /// The key.
        public let key: VerifierKey
        /// The smallest size of the tree that it vouches for.
        public let since: UInt64

        /// Puts a term together.
        public init(key: VerifierKey, since: UInt64) {
            self.key = key
            self.since = since
        }
    }

    /// In the order of the log; at least one.
    public private(set) var terms: [Term]

    /// One key, for all sizes.
    public init(_ key: VerifierKey) { terms = [Term(key: key, since: 0)] }

    /// Takes terms; `nil` unless they begin at 0, ascend, and are keys of one name that can be told
    /// apart.
    public init?(_ terms: [Term]) {
        guard let first = terms.first, first.since == 0 else { return nil }
        self.init(first.key)
        for term in terms.dropFirst() {
            guard term.since > self.terms[self.terms.count - 1].since, !hasUsed(term.key),
                term.key.name.utf8.elementsEqual(first.key.name.utf8)
            else { return nil }
            hand(to: term.key, since: term.since)
        }
    }

    /// The key in force.
    public var current: VerifierKey { terms[terms.count - 1].key }

    /// The name of all of them, the origin of the log.
    public var origin: String { current.name }

    /// The key that vouches for a tree of a size.
    public func key(at size: UInt64) -> VerifierKey {
        (terms.last { $0.since <= size } ?? terms[0]).key
    }

    /// What a policy accepts: each key for its own sizes.
    public var logs: [TrustPolicy.Log] {
        terms.enumerated().map { place, term in
            let next = terms.dropFirst(place + 1).first?.since
            return TrustPolicy.Log(
                key: term.key,
                sizes: term.since...(next.map { $0 - 1 } ?? .max)
            )
        }
    }

    /// Whether a key was ever in force, or cannot be told from one that was.
    func hasUsed(_ key: VerifierKey) -> Bool {
        terms.contains { $0.key.keyID == key.keyID || $0.key.publicKey == key.publicKey }
    }

    mutating func hand(to key: VerifierKey, since size: UInt64) {
        terms.append(Term(key: key, since: size))
    }
}
