// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// How the key of a log changed hands, from its first key to the one in force.
///
/// Whoever trusts one of the keys may trust all after it: each was signed by the one before. That the
/// administrators agreed, and from which size on, the log alone shows.
public struct LogKeyHistory: Hashable, Sendable {
    /// The keys, with the sizes that each vouches for.
    public private(set) var keys: LogKeys
    /// What each but the last signed for the next.
    public private(set) var handovers: [LogHandover] = []

    private static let header = "saksi/v1 log keys"

    /// Begins with the first key.
    public init(_ first: VerifierKey) { keys = LogKeys(first) }

    /// Adds the next handover.
    ///
    /// - Parameters:
    ///   - handover: Signed by both keys.
    ///   - size: The smallest size that the new key vouches for.
    /// - Returns: `false`, and nothing has changed, where it is not valid or does not come next.
    public mutating func add(_ handover: LogHandover, since size: UInt64) -> Bool {
        guard handover.old == keys.current, handover.isValid,
            let more = LogKeys(keys.terms + [.init(key: handover.new, since: size)])
        else { return false }
        keys = more
        handovers.append(handover)
        return true
    }

    /// Reads a history, and checks all its signatures.
    ///
    /// - Throws: ``LineError`` for every spelling but the one that ``text`` gives, and for a handover
    ///   that does not hold.
    public init(parsing text: String) throws(LineError) {
        var reader = try LineReader(text)
        try reader.header(Self.header)
        self.init(try reader.verifierKey("log-key"))
        while reader.isNext("since") {
            let size = try reader.decimal("since")
            let new = try reader.verifierKey("key")
            let handover = LogHandover(
                old: keys.current,
                new: new,
                handover: try reader.signature("handover"),
                possession: try reader.signature("possession")
            )
            guard new.name == keys.origin, add(handover, since: size) else {
                throw reader.malformed("handover", .signature)
            }
        }
        try reader.end()
    }

    /// The history as a file.
    public var text: String {
        var writer = LineWriter(Self.header)
        writer.add("log-key", keys.terms[0].key.text)
        for (term, handover) in zip(keys.terms.dropFirst(), handovers) {
            writer.add("since", term.since)
            writer.add("key", term.key.text)
            writer.add("handover", base64: handover.handover)
            writer.add("possession", base64: handover.possession)
        }
        return writer.text
    }
}

extension LogKeys {
    /// The keys as a tlog-policy file without witnesses, for people who verify.
    ///
    /// Such a file has no word for sizes, so comments tell them.
    public var trustFile: String {
        var text = ""
        for log in logs {
            if terms.count > 1 {
                let end = log.sizes.upperBound == .max ? "on" : "to \(log.sizes.upperBound)"
                text += "# sizes from \(log.sizes.lowerBound) \(end)\n"
            }
            text += "log \(log.key.text)\n"
        }
        return text + "quorum none\n"
    }
}
