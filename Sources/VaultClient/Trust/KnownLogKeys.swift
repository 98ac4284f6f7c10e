// SPDX-License-Identifier: Apache-2.0

import Synchronization
import TransparencyLog
import Vault

/// The keys of the log as this device knows them: those it pinned, and those it saw take over.
final class KnownLogKeys: Sendable {
    private let keys: Mutex<LogKeys>

    init(_ keys: LogKeys) { self.keys = Mutex(keys) }

    /// The keys, each with the sizes that it vouches for.
    var value: LogKeys { keys.withLock { $0 } }

    /// Takes what was learned, once it is stored.
    func set(_ learned: LogKeys) { keys.withLock { $0 = learned } }
}

extension LogKeys {
    /// Whether this is the history of which another knows a part: the same first key at whatever place,
    /// and from there on the same ones.
    ///
    /// A device that joined late knows nothing of the keys before the one in its invitation.
    func continues(_ known: LogKeys) -> Bool {
        guard let start = terms.firstIndex(where: { $0.key == known.terms[0].key }) else {
            return false
        }
        return terms[start...].dropFirst().starts(with: known.terms.dropFirst())
    }

    /// Whether a checkpoint carries a line in the log's name that is by none of these keys.
    func areNotAll(of note: SignedNote) -> Bool {
        note.signatures.contains { line in
            line.name.utf8.elementsEqual(origin.utf8)
                && !terms.contains { $0.key.keyID == line.keyID }
        }
    }
}

/// A key of the log, as `vault.age` keeps it.
struct KnownLogKey: Codable, Equatable, Sendable {
    /// The verifier key.
    let key: String
    /// The smallest size of the log that it vouches for.
    let since: UInt64
}

extension DeviceState {
    /// The keys of the log that this device believes; `nil` where they are malformed.
    ///
    /// A file of before the log's key ever changed has the one of the invitation only.
    var knownLogKeys: LogKeys? {
        guard let learned = logKeys else {
            return (try? VerifierKey(parsing: logKey)).map(LogKeys.init)
        }
        var terms: [LogKeys.Term] = []
        for known in learned {
            guard let key = try? VerifierKey(parsing: known.key) else { return nil }
            terms.append(LogKeys.Term(key: key, since: known.since))
        }
        return LogKeys(terms)
    }

    /// Takes note of keys that took over.
    mutating func learn(_ keys: LogKeys) {
        logKeys = keys.terms.map { KnownLogKey(key: $0.key.text, since: $0.since) }
    }
}
