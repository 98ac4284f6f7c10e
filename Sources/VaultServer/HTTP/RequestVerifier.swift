// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import HTTPTypes
import HummingbirdCore
import TransparencyLog
import Vault

/// Who sent a request, and the vault as it was then.
struct Caller: Sendable {
    let member: Fingerprint
    let state: VaultState
    /// The access statement that the request names.
    let access: Hash?

    /// Whether a key is one of the caller's, also where it has ended.
    func isOwn(_ key: Fingerprint) -> Bool { state.person(of: key) == state.person(of: member) }

    /// Whether the caller reads a case.
    func mayRead(_ id: CaseID) -> Bool { state.mayRead(member, id) }
}

/// Finds out who signed a request (RFC 9421), and refuses what was sent before.
struct RequestVerifier: Sendable {
    private let now: @Sendable () -> UTCTime
    /// Nonces from before are forgotten, so what was signed before is refused.
    private let started: UTCTime
    private let nonces: ReplayCache
    /// Checked in place of an unknown member's key, so that both take the same time.
    private let decoy = Curve25519.Signing.PrivateKey().publicKey

    init(now: @escaping @Sendable () -> UTCTime) {
        self.now = now
        started = now()
        nonces = ReplayCache(window: RequestSignature.tolerance)
    }

    /// The member who signed a request.
    ///
    /// The nonce is noted only for a good signature: nobody can use up another's nonces, or fill the
    /// cache without being a member.
    ///
    /// - Throws: ``APIError`` with `signature`, `clock`, `replayed` or `busy`.
    func caller(of request: Request, in state: VaultState) throws -> Caller {
        guard let input = request.headers[.signatureInput],
            let field = request.headers[.signature],
            let signature = RequestSignature(inputField: input, signatureField: field),
            let target = RequestTarget(request)
        else { throw APIError.signature }
        guard let member = state.member(signature.keyID), member.isActive else {
            _ = decoy.isValidSignature(signature.signature, for: Array(input.utf8))
            throw APIError.signature
        }
        guard signature.isValid(for: target, by: member) else { throw APIError.signature }
        let now = now()
        guard signature.isTimely(at: now), signature.created >= started else {
            throw APIError(.clock, "the signature's time is not the vault's; see Date")
        }
        switch nonces.note(
            keyID: signature.keyID,
            nonce: signature.nonce,
            created: signature.created.seconds,
            now: now.seconds
        ) {
        case .fresh: return Caller(member: signature.keyID, state: state, access: target.access)
        case .replayed: throw APIError(.replayed, "the request was sent before")
        case .full: throw APIError.busy(.seconds(RequestSignature.tolerance))
        }
    }
}

extension RequestTarget {
    /// What a request asks for; `nil` where its access header is not one hash.
    fileprivate init?(_ request: Request) {
        var access: Hash?
        if let text = request.headers[.saksiAccess] {
            guard let hash = Hash(hex: text) else { return nil }
            access = hash
        }
        let parts = (request.head.path ?? "").split(
            separator: "?",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        self.init(
            method: request.method.rawValue,
            path: String(parts.first ?? ""),
            query: parts.count == 2 ? String(parts[1]) : nil,
            access: access
        )
    }
}
