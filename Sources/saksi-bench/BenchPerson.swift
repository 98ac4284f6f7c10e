// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AsyncHTTPClient
import Bulk
import Crypto
import Encodings
import Foundation
import NIOSSL
import Secrets
import TransparencyLog
import Vault

/// A member whose signing key lies in a file in clear, for the bench only.
struct BenchPerson: Sendable {
    let fingerprint: Fingerprint
    let signer: NoteSigner
    private let key: Curve25519.Signing.PrivateKey

    /// Reads the signing line of an identity.
    init(identity path: String, fingerprint: String) throws {
        let label = "# signing: "
        let file = try String(contentsOfFile: path, encoding: .utf8)
        guard
            let seed = file.split(separator: "\n").first(where: { $0.hasPrefix(label) })
                .flatMap({ Base64.padded.decode($0.dropFirst(label.count)) }),
            let fingerprint = Fingerprint(parsing: fingerprint)
        else { throw ValidationError("the identity or its fingerprint is malformed") }
        self.fingerprint = fingerprint
        signer = try NoteSigner(name: fingerprint.hex, seed: seed)
        key = try Curve25519.Signing.PrivateKey(rawRepresentation: Data(seed))
    }

    /// A statement of now.
    func sign(_ act: Act, in vault: String) throws -> SignedStatement {
        let statement = Statement(
            vault: vault,
            time: Self.now,
            actor: fingerprint,
            nonce: SystemEntropy().bytes(32),
            act: act
        )
        return try SignedStatement.sign(statement, with: [signer])
    }

    /// The fields of a signed request.
    func headers(for method: String, _ path: String) throws -> [(String, String)] {
        guard let target = RequestTarget(method: method, path: path, query: nil, access: nil)
        else { throw ValidationError("the path is malformed") }
        let signature = try RequestSignature(
            of: target,
            created: Self.now,
            nonce: SystemEntropy().bytes(RequestSignature.nonceSize),
            keyID: fingerprint
        ) { base throws(any Error) in Array(try key.signature(for: base)) }
        return [
            (RequestSignature.inputFieldName, signature.inputField),
            (RequestSignature.signatureFieldName, signature.signatureField),
        ]
    }

    static var now: UTCTime { UTCTime(seconds: Int64(Date().timeIntervalSince1970)) }
}

extension HTTPClient {
    /// A client that believes any server: who answers does not matter to a rate.
    static func bench(connections: Int) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        return HTTPClient(configuration: configuration)
    }

    /// Runs something and ends all connections.
    func closing(_ body: (HTTPClient) async throws -> Void) async throws {
        do {
            try await body(self)
        } catch {
            try await shutdown()
            throw error
        }
        try await shutdown()
    }
}
