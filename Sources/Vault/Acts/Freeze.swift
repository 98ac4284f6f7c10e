// SPDX-License-Identifier: Apache-2.0

/// `freeze`: the last entry of a log; nothing is accepted after it.
public struct Freeze: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// The origin of the vault that takes this one's place, where there is one.
    public let successor: String?

    /// Puts the act together.
    public init(expires: UTCTime, successor: String? = nil) {
        self.expires = expires
        self.successor = successor
    }
}

extension Freeze: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        successor = reader.isNext("successor") ? try reader.origin("successor") : nil
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        if let successor { writer.add("successor", successor) }
    }

    var quorum: QuorumClass? { .freeze }

    var deadline: UTCTime? { expires }

    /// By administrators.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        state.frozen = Frozen(index: context.index, successor: successor)
    }
}
