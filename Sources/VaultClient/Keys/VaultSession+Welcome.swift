// SPDX-License-Identifier: Apache-2.0

public import Age
import Bulk
import TransparencyLog
public import Vault

extension VaultSession {
    /// Joins with keys that ``DeviceHome/requestKey(for:in:passphrase:)`` made, once the log shows them.
    ///
    /// The vault is judged as by an invitation. Then the log must show, with the signatures that its rules
    /// ask for, that the keys are those of the person whom the welcome names. Run again, it goes on.
    ///
    /// - Parameters:
    ///   - welcome: From whoever had the keys enrolled.
    ///   - home: The device.
    ///   - passphrase: Opens its identity.
    ///   - proxy: See ``unlock(_:passphrase:proxy:pace:)``.
    ///   - pace: See there.
    /// - Returns: Who the device is now.
    /// - Throws: ``ClientError``; `.refused` while the log does not show the keys.
    public static func join(
        _ welcome: Welcome,
        home: DeviceHome,
        passphrase: Passphrase,
        proxy: ProxyAddress? = nil,
        pace: Pace = .patient
    ) async throws -> JoinResult {
        let identity = try DeviceIdentity.read(from: home, passphrase: passphrase)
        let state = try begunState(home, identity, DeviceState(welcome))
        let session = try VaultSession(home, identity, state, proxy: proxy, pace: pace)
        return try await session.closing {
            try await session.judge(welcome.contact.genesis)
            let role = try await session.enrolledRole(of: welcome.person)
            // Whoever joins late learns of the log's keys from before, too.
            _ = try await session.governance()
            // First who this is: `vault.age` says that nothing is left to be done.
            try identity.belonging(to: welcome.person).replace(in: home, passphrase: passphrase)
            try await session.trust.update {
                $0.role = role.rawValue
                $0.isEnrolled = true
            }
            return JoinResult(
                vault: welcome.contact.vault,
                role: role.rawValue,
                fingerprint: identity.fingerprint,
                person: welcome.person,
                caseID: nil,
                owner: nil,
                predecessor: await session.trust.state.predecessor
            )
        }
    }

    /// What a person was invited to be, where the log shows this device's keys to be theirs.
    private func enrolledRole(of person: Fingerprint) async throws -> Role {
        let keys: PersonKeys
        do {
            keys = try await self.keys(of: person)
        } catch let error as ClientError where error.problem == .signature {
            // The vault does not know the key that signed the question.
            throw ClientError(
                .refused,
                "the vault's log does not show this device's key yet",
                hint: "once the administrators have signed, run the same command again"
            )
        }
        guard let own = keys.key(identity.fingerprint), own.isActive else {
            throw ClientError.untrusted(
                "the vault does not show this device's key as one of \(person.grouped)"
            )
        }
        guard let role = keys.role else {
            throw ClientError.untrusted(
                "the vault keeps back the invitation of \(person.grouped)"
            )
        }
        return role
    }
}

extension DeviceState {
    /// What a device knows before its first contact: what the sender of the welcome knew.
    init(_ welcome: Welcome) {
        self.init(
            welcome.contact,
            head: welcome.head,
            from: welcome.sender,
            // The log says it.
            role: "",
            text: welcome.text
        )
    }
}
