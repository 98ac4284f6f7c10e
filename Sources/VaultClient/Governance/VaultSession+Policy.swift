// SPDX-License-Identifier: Apache-2.0

public import Age
public import Bulk
import TransparencyLog
import Vault

extension VaultSession {
    /// Moves what this device relies on along the policy, where the log has grown since it last did.
    ///
    /// Costs one small question, and a replay where administrators have decided something.
    ///
    /// - Throws: ``ClientError``; `.untrusted` as ``governance()``.
    func followPolicy(to head: Head) async throws {
        let state = await trust.state
        guard state.isEnrolled, state.policy?.size ?? 0 < head.size else { return }
        do {
            if state.policy != nil, let last = state.governance?.indices.last {
                var hasNews = false
                try await receipts(at: Self.governancePath, from: last + 1) { _ in hasNews = true }
                guard hasNews else {
                    return try await trust.update { $0.follow(nil, at: head.size) }
                }
            }
            _ = try await governance()
        } catch let error as ClientError where error.problem == .signature {
            // This key is no member's any more. What the person asked for says so in its own words.
        }
    }

    /// Takes what a replayed policy says in place of what was relied on before.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where the policy does not name the key that the vault has
    ///   just shown in TLS; what it names is remembered all the same.
    func follow(_ policy: Policy, at size: UInt64) async throws {
        let known = await trust.state
        if known.policy?.size ?? 0 < size || known.tlsKey.hashes != policy.tlsKeys {
            try await trust.update { $0.follow(policy, at: size) }
        }
        let accepted = await trust.state.tlsKey.hashes
        connection.keys.accept(accepted)
        guard let shown = connection.keys.shown, !accepted.contains(shown) else { return }
        throw ClientError(
            .untrusted,
            "the vault showed a TLS key that its policy does not name: got \(shown.hex), want "
                + accepted.map(\.hex).joined(separator: " or "),
            hint: "tell whoever runs the vault: the daemon must change over to the new key with "
                + "`saksid rotate tls-key --switch`, or somebody has kept the old one"
        )
    }

    /// Reaches a vault whose TLS key changed while this device was away, by a key that the person was
    /// told, and lets the device follow the policy from there.
    ///
    /// The key is used for nothing but questions whose answers are judged by what the device knows:
    /// the log key must sign a head that continues the one it saw, the log's first entry must be its
    /// genesis, and the entries about administrators must lead to a policy that names the key. Only
    /// then it is remembered.
    ///
    /// - Parameters:
    ///   - key: SHA-256 of the SubjectPublicKeyInfo, as a person the user trusts has read it out.
    ///   - home: The device.
    ///   - passphrase: Opens the identity.
    ///   - proxy: See ``unlock(_:passphrase:proxy:pace:)``.
    ///   - pace: See there.
    /// - Returns: The keys that the policy names.
    /// - Throws: ``ClientError``; `.untrusted` where the policy does not name the key.
    public static func trustTLSKey(
        _ key: Hash,
        of home: DeviceHome,
        passphrase: Passphrase,
        proxy: ProxyAddress? = nil,
        pace: Pace = .patient
    ) async throws -> [Hash] {
        let session = try unlock(home, passphrase: passphrase, proxy: proxy, pace: pace)
        return try await session.closing { try await session.trustTLSKey(key) }
    }

    func trustTLSKey(_ key: Hash) async throws -> [Hash] {
        connection.keys.accept([key])
        let floor = await trust.head
        let note = try await log.newest()
        try await receipts.follower.follow(note)
        let head = try log.head(of: note)
        try await trust.accept(head, note, floor: floor)
        try await log.requireInclusion(of: trust.state.knownGenesis, at: 0, in: head)
        let policy = try await governance().decided.policy
        guard policy.tlsKeys.contains(key) else {
            throw ClientError.untrusted(
                "the vault's policy does not name the TLS key \(key.hex): it names "
                    + policy.tlsKeys.map(\.hex).joined(separator: " and ")
            )
        }
        return policy.tlsKeys
    }
}

extension DeviceState {
    /// Takes note of the policy at a size of the log; `nil` where it is the one known.
    fileprivate mutating func follow(_ policy: Policy?, at size: UInt64) {
        // Another process may have followed it further.
        guard size >= self.policy?.size ?? 0 else { return }
        guard let policy else {
            self.policy?.size = size
            return
        }
        self.policy = FollowedPolicy(policy, size: size)
        tlsKey = TLSKeys(policy.tlsKeys)
        // Now it is known whether witnesses vouch for what was seen before.
        if let newest { show(newest) }
    }
}
