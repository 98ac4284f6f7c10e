// SPDX-License-Identifier: Apache-2.0

/// Why a vault could not be made or served.
public enum StartError: Error, Equatable, Sendable {
    /// `init` where a vault, or a part of one, already lies.
    case vaultExists(String)
    /// `init` where a vault lies that nobody has joined, perhaps since its invite was lost; with what to
    /// remove to make another.
    case unjoinedVault([String])
    /// `init` where keys lie and no vault: an `init` that was killed, or a vault whose data are
    /// elsewhere; with what to remove to make another.
    case keysWithoutVault([String])
    /// `serve` or `check` where none lies.
    case noVault(String)
    /// A name that cannot be a log's origin.
    case badOrigin(String)
    /// `init` of a vault that the freeze of the one whose place it is to take does not name.
    case otherSuccessor(of: String, got: String, want: String?)
    /// `init --successor-of` with a card that does not show a frozen vault, and why.
    case badFrozenHead(reason: String)
    /// A secret file that others may read.
    case exposedSecret(path: String, mode: UInt32)
    /// A secret file that belongs to somebody else, who can change it or let others read it.
    case foreignSecret(path: String, owner: UInt32)
    /// A file that cannot be read or written.
    case file(path: String, reason: String)
    /// An address that cannot be listened on.
    case cannotListen(address: String, reason: String)
    /// The log key is not in the form that `init` writes.
    case logKeyUnreadable
    /// The policy in force does not name the TLS key, so no member's device would take it; with the keys
    /// that it names. All are SHA-256 of a SubjectPublicKeyInfo, hexadecimal.
    case tlsKeyNotInPolicy(key: String, policy: [String])
    /// `rotate tls-key --switch` where no next key was made.
    case noNextTLSKey
    /// A private key of the log that is not in force where it should be.
    case logKeyNotInForce(String)
    /// `rotate log-key` while the key before the one in force is not destroyed yet.
    case nextLogKeyInForce
    /// `rotate log-key --retire` where no next key was made.
    case noNextLogKey(String)
    /// `rotate log-key --retire` before the log says that the next key has taken over.
    case nextLogKeyNotInForce(String)
    /// `rotate log-key --retire` while a round that a crash cut off is not finished.
    case unsettled
    /// The TLS key is not a P-256 key in PEM.
    case tlsKeyUnreadable
    /// The certificate is not readable, or belongs to another key.
    case certificateDoesNotMatch
    /// The witness policy cannot be used, and why.
    case badWitnessPolicy(path: String, reason: String)
    /// The roots of a time-stamping authority cannot be used, and why.
    case badAuthority(path: String, reason: String)
    /// A witness says that it has cosigned a larger tree than the lock knows.
    case witnessKnowsMore(name: String, size: UInt64, lock: UInt64)
    /// A witness says that it knows another tree than this one.
    case witnessKnowsOther(name: String, size: UInt64)
    /// It was found earlier that another tree of this log may exist.
    case forkOnRecord(String)
    /// `witness init` where a witness lies already.
    case witnessExists(String)
    /// `witness serve` or `witness add-log` where none lies.
    case noWitness(String)
    /// A name that cannot be a witness's.
    case badWitnessName(String)
    /// The witness's key is not in the form that `witness init` writes.
    case witnessKeyUnreadable
    /// A verifier key that no log can have, and why.
    case badLogKey(String, reason: String)
}

extension StartError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .vaultExists(let path): "a vault already lies in \"\(path)\""
        case .unjoinedVault(let paths):
            "a vault that nobody has joined already lies here; if its invite was lost, remove "
                + "\(Self.list(paths)) and run init again"
        case .keysWithoutVault(let paths):
            "keys lie here without a vault, left by an init that was interrupted or of a vault that "
                + "was moved; to make a new one, remove \(Self.list(paths)) and run init again"
        case .noVault(let path): "no vault lies in \"\(path)\""
        case .badOrigin(let name):
            "got origin \"\(name)\", want a name without spaces, plus signs or control characters"
        case .otherSuccessor(let vault, let got, let want):
            "\"\(vault)\" does not name this vault in its freeze: got origin \"\(got)\", want "
                + (want.map { "\"\($0)\"" } ?? "none, since it names no successor")
        case .badFrozenHead(let reason): "the card does not show a frozen vault: \(reason)"
        case .exposedSecret(let path, let mode):
            "\"\(path)\": got mode 0\(String(mode, radix: 8)), want 0600"
        case .foreignSecret(let path, let owner):
            "\"\(path)\": got user \(owner) as its owner, want the user that runs saksid"
        case .file(let path, let reason): "\"\(path)\": \(reason)"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .logKeyUnreadable: "the log key is not a note signer key of this vault's origin"
        case .tlsKeyNotInPolicy(let key, let policy):
            "the policy in force does not name the TLS key: got \(key), want "
                + policy.joined(separator: " or ")
        case .noNextTLSKey: "there is no next TLS key: make it with rotate tls-key first"
        case .logKeyNotInForce(let key):
            "the log key that lies here is not in force: got \"\(key)\""
        case .nextLogKeyInForce:
            "the next log key is in force already: destroy the one before with --retire first"
        case .noNextLogKey(let path): "there is no next log key in \"\(path)\""
        case .nextLogKeyNotInForce(let key):
            "the log does not say that the next key has taken over: \"\(key)\"; an administrator has "
                + "to put the handover card into it first"
        case .unsettled:
            "a round was cut off: serve the vault once, and stop it with SIGTERM, first"
        case .tlsKeyUnreadable: "the TLS key is not a P-256 key in PEM"
        case .certificateDoesNotMatch: "the TLS certificate does not belong to the TLS key"
        case .badWitnessPolicy(let path, let reason): "witness policy \"\(path)\": \(reason)"
        case .badAuthority(let path, let reason): "authority's roots \"\(path)\": \(reason)"
        case .witnessKnowsMore(let name, let size, let lock):
            "witness \"\(name)\" has cosigned \(size) entries, the lock knows \(lock): the vault was "
                + "restored from an older copy, and signing on would fork its log"
        case .witnessKnowsOther(let name, let size):
            "witness \"\(name)\" knows another root for size \(size): another log was signed with this "
                + "vault's key; what is known of both lies in \"forks\""
        case .forkOnRecord(let path):
            "the log has forked, and nothing may be signed: once it is settled how, remove \"\(path)\""
        case .witnessExists(let path): "a witness already lies in \"\(path)\""
        case .noWitness(let path): "no witness lies in \"\(path)\""
        case .badWitnessName(let name):
            "got name \"\(name)\", want a name without spaces, plus signs or control characters"
        case .witnessKeyUnreadable: "the witness's key is not in the form that init writes"
        case .badLogKey(let key, let reason): "got key \"\(key)\", want a log's: \(reason)"
        }
    }

    private static func list(_ paths: [String]) -> String {
        paths.map { "\"\($0)\"" }.joined(separator: " and ")
    }
}
