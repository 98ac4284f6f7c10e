// SPDX-License-Identifier: Apache-2.0

public import Age
import Bulk
import TransparencyLog
public import Vault

/// How far a device is in putting new keys in the place of its own.
public enum KeyRotation: Sendable {
    /// Administrators have to sign; until then the old keys are in use.
    case waiting(ProposalCard)
    /// The device uses the new keys.
    case done(fingerprint: Fingerprint)
}

extension VaultSession {
    /// Puts new keys in the place of this device's, or goes on where an earlier try stopped.
    ///
    /// In this order, so that a device that dies anywhere has the keys that the log says it has:
    ///
    /// 1. `next.age`: the new keys, sealed to the old ones;
    /// 2. the `rekey` statement, in `vault.age`, before it is sent;
    /// 3. once the log shows it, `identity.age`: the new keys, and the old ones behind them for what is
    ///    sealed to them;
    /// 4. `vault.age`, sealed to the new keys; `next.age` is removed.
    ///
    /// - Parameters:
    ///   - home: The device.
    ///   - passphrase: Opens the identity, and the new one afterwards.
    ///   - seconds: How long administrators may sign it.
    ///   - proxy: See ``unlock(_:passphrase:proxy:pace:)``.
    ///   - pace: See there.
    /// - Returns: How far it came; run again, it goes on.
    /// - Throws: ``ClientError``; `.failed` while submissions are unfinished.
    public static func rotateKeys(
        of home: DeviceHome,
        passphrase: Passphrase,
        for seconds: Int64,
        proxy: ProxyAddress? = nil,
        pace: Pace = .patient
    ) async throws -> KeyRotation {
        let session = try unlock(home, passphrase: passphrase, proxy: proxy, pace: pace)
        return try await session.closing {
            try await session.rotate(passphrase: passphrase, for: seconds)
        }
    }

    private func rotate(passphrase: Passphrase, for seconds: Int64) async throws -> KeyRotation {
        if let next = try identity.next(in: home) {
            // The device died between the third step and the fourth.
            if next.fingerprint == identity.fingerprint { return try await settle(identity) }
            if try await isLogged(next) { return try await take(next, passphrase) }
        }
        // Their statements are signed already, by the keys that end.
        guard DurableFile.names(in: home.outbox).isEmpty else {
            throw ClientError(
                .failed,
                "there are unfinished submissions, which the old keys have signed",
                hint: "finish them with `saksi outbox resume`, or discard them, first"
            )
        }
        let next = try identity.next(in: home) ?? newKeys()
        if let card = try await waiting(for: next) {
            guard card.isComplete else { return .waiting(card) }
            // Nobody has sent the complete statement yet.
            guard let id = Hash(hex: card.id) else { preconditionFailure("an id is a hash") }
            let pending = try await pendingStatement(id, try await governance())
            _ = try await post(pending.signed)
            return try await take(next, passphrase)
        }
        let statement = try await sign(.rekey(try rekey(to: next, for: seconds)))
        try await trust.update {
            $0.rotation = String(decoding: statement.note.bytes, as: UTF8.self)
        }
        switch try await decide(statement) {
        case .logged: return try await take(next, passphrase)
        case .proposed(let card): return .waiting(card)
        }
    }

    private func newKeys() throws -> DeviceIdentity {
        let next = try DeviceIdentity.generate()
        try next.writeNext(in: home, replacing: identity)
        return next
    }

    private func rekey(to next: DeviceIdentity, for seconds: Int64) throws -> Rekey {
        try next.request(for: identity.person, in: log.origin).rekey(
            expires: try deadline(in: seconds),
            reason: .rotate,
            ends: [identity.fingerprint]
        )
    }

    /// The proposal of an earlier try, while it waits.
    private func waiting(for next: DeviceIdentity) async throws -> ProposalCard? {
        guard let begun = await trust.state.rotation,
            let statement = try? SignedStatement(parsing: Array(begun.utf8)),
            case .rekey(let rekey) = statement.statement.act, rekey.record == next.record
        else { return nil }
        do {
            return try await proposal(statement.id)
        } catch let error as ClientError where error.code == .failed {
            return nil
        }
    }

    /// Whether the log shows that the new keys took the place of this identity.
    private func isLogged(_ next: DeviceIdentity) async throws -> Bool {
        let asking = Members(
            connection: connection,
            signer: RequestSigner(identity: next),
            receipts: receipts,
            trust: trust
        )
        let logged: LoggedEntry?
        do {
            logged = try await asking.enrolment(of: next.fingerprint)
        } catch let error as ClientError where error.problem == .signature {
            // The vault does not know the new key that signed the question.
            return false
        }
        guard case .rekey(let rekey)? = logged?.statement.act else { return false }
        guard rekey.person == identity.person, rekey.ends == [identity.fingerprint] else {
            throw ClientError.untrusted("the log gives this device's new keys to somebody else")
        }
        return true
    }

    private func take(_ next: DeviceIdentity, _ passphrase: Passphrase) async throws -> KeyRotation
    {
        let renewed = try next.replacing(identity)
        try renewed.replace(in: home, passphrase: passphrase)
        return try await settle(renewed)
    }

    /// The last step: nothing is left that only the old keys open.
    private func settle(_ renewed: DeviceIdentity) async throws -> KeyRotation {
        let trust = Trust(home: home, identity: renewed, log: log, state: await trust.state)
        try await trust.update { $0.rotation = nil }
        try DurableFile.remove(home.next)
        return .done(fingerprint: renewed.fingerprint)
    }
}
