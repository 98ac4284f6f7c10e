// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
public import Vault

extension VaultSession {
    /// The last head of a vault that was frozen, for whoever makes the one that takes its place.
    ///
    /// - Throws: ``ClientError``; `.failed` where the vault is not frozen, `.untrusted` where its log goes
    ///   on after the freeze.
    public func frozenHead() async throws -> FrozenHead {
        _ = try await catchUp()
        let governance = try await governance()
        guard let frozen = governance.state.frozen,
            let logged = governance.entries.last(where: { $0.index == frozen.index })
        else {
            throw ClientError(
                .failed,
                "the vault is not frozen",
                hint: "administrators end it with `saksi admin freeze --successor ORIGIN`"
            )
        }
        do {
            return try FrozenHead(
                logKey: log.keys.value.current,
                receipt: Receipt(parsing: logged.receipt)
            )
        } catch let error as FrozenHeadError {
            throw ClientError.untrusted("\(error)")
        }
    }
}

/// The vault whose place a device's vault takes, as that one's genesis says.
public struct KnownPredecessor: Codable, Equatable, Sendable {
    /// The origin of its log.
    public let vault: String
    /// Entries in its log, the freeze among them.
    public let entries: UInt64
    /// The root at that size, hexadecimal.
    public let root: String

    init(_ predecessor: Predecessor) {
        vault = predecessor.origin
        entries = predecessor.size
        root = predecessor.root.hex
    }
}

extension KnownPredecessor: CustomStringConvertible {
    /// One line, for people.
    public var description: String { "\(vault), which ended with \(entries) entries, root \(root)" }
}
