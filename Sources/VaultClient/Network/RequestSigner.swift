// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import Secrets
import Vault

/// Signs requests in a member's name (RFC 9421).
struct RequestSigner: Sendable {
    let identity: DeviceIdentity

    /// The fields that a request carries, freshly signed: no two tries share a nonce.
    ///
    /// The time is in seconds since 1970, by the vault's clock.
    func headers(for request: Request, at time: Int64) throws -> [(String, String)] {
        let target = RequestTarget(
            method: request.method.rawValue,
            path: request.path,
            query: request.query.isEmpty ? nil : request.query,
            access: request.access
        )
        guard let target else { preconditionFailure("paths are made of hexadecimal digits") }
        let key = try identity.requestKey()
        let signature = try RequestSignature(
            of: target,
            created: UTCTime(seconds: time),
            nonce: SystemEntropy().bytes(RequestSignature.nonceSize),
            keyID: identity.fingerprint
        ) { base throws(any Error) in Array(try key.signature(for: base)) }
        var headers = [
            (RequestSignature.inputFieldName, signature.inputField),
            (RequestSignature.signatureFieldName, signature.signatureField),
        ]
        if let access = request.access {
            headers.append((RequestSignature.accessFieldName, access.hex))
        }
        return headers
    }
}
