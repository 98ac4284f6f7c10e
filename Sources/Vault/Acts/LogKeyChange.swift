// SPDX-License-Identifier: Apache-2.0

import TransparencyLog

/// `log.key`: puts a new key in the place of the one that signs the log.
///
/// The old key vouches for sizes up to the entry's index, the new one for all larger ones.
public struct LogKeyChange: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// The keys, and that both have signed.
    public let handover: LogHandover

    /// Puts the act together.
    public init(expires: UTCTime, handover: LogHandover) {
        self.expires = expires
        self.handover = handover
    }
}

extension LogKeyChange: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        let new = try reader.verifierKey("key")
        let old = try reader.verifierKey("previous")
        guard old.name == new.name else { throw reader.malformed("previous", .verifierKey) }
        handover = LogHandover(
            old: old,
            new: new,
            handover: try reader.signature("handover"),
            possession: try reader.signature("possession")
        )
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        writer.add("key", handover.new.text)
        writer.add("previous", handover.old.text)
        writer.add("handover", base64: handover.handover)
        writer.add("possession", base64: handover.possession)
    }

    var quorum: QuorumClass? { .logKey }

    var deadline: UTCTime? { expires }

    /// By administrators, from the key in force to one that never was.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard var keys = state.logKeys, handover.old == keys.current else { throw .otherLogKey }
        guard !keys.hasUsed(handover.new) else { throw .usedLogKey }
        keys.hand(to: handover.new, since: context.index + 1)
        state.logKeys = keys
    }
}
