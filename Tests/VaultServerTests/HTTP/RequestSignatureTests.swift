// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vault

@testable import VaultServer

@Suite struct RequestSignatureTests {
    private let admin: TestPerson
    private let stranger: TestPerson

    init() throws {
        admin = try TestPerson(seed: 1)
        stranger = try TestPerson(seed: 2)
    }

    private func withMember(
        _ body: @escaping @Sendable (ServedVault, any TestClientProtocol) async throws -> Void
    ) async throws {
        let admin = admin
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                _ = try vault.verify(try await client.post(try vault.enrolment(of: admin)))
                try await body(vault, client)
            }
        }
    }

    private func limits(_ client: any TestClientProtocol, _ headers: HTTPFields) async throws
        -> TestResponse
    {
        try await client.get("/v1/limits", headers)
    }

    @Test("takes a request that a member signed")
    func takes() async throws {
        try await withMember { [admin] vault, client in
            let response = try await client.send(.get, "/v1/limits", by: admin, in: vault)
            #expect(response.status == .ok)
        }
    }

    @Test("answers missing, foreign and wrong signatures in the same words")
    func same() async throws {
        try await withMember { [self] vault, client in
            let good = try vault.headers(.get, "/v1/limits", by: admin)
            let foreign = try vault.headers(.get, "/v1/limits", by: stranger)
            let other = try vault.headers(.get, "/v1/limits", by: admin)
            var mixed = good
            mixed[.signature] = other[.signature]
            var broken = good
            broken[.signature] = "saksi=:AAAA:"
            var label = good
            label[.signatureInput] = good[.signatureInput]?.replacing("saksi=", with: "sig1=")
            var twice = good
            twice.append(HTTPField(name: .signature, value: other[.signature] ?? ""))
            var access = good
            access[.saksiAccess] = String(repeating: "0", count: 64)
            var words: Set<String> = []
            for headers in [[:], foreign, mixed, broken, label, twice, access] {
                let response = try await limits(client, headers)
                #expect(try response.problem() == .signature)
                words.insert(response.text)
            }
            #expect(words.count == 1)
        }
    }

    @Test("covers the method, the path and the query")
    func covers() async throws {
        try await withMember { [admin] vault, client in
            for (method, uri) in [
                (HTTPRequest.Method.get, "/v1/cases"), (.get, "/v1/limits?from=1"),
                (.head, "/v1/limits"),
            ] {
                let headers = try vault.headers(method, uri, by: admin)
                let response = try await client.get("/v1/limits", headers)
                #expect(try response.problem() == .signature)
            }
        }
    }

    @Test("refuses what was signed too early, too late or before the start, and shows its clock")
    func clock() async throws {
        try await withMember { [self] vault, client in
            let now = vault.clock.now().seconds
            vault.clock.set(now + 1000)
            for created in [now + 1301, now + 699] {
                let headers = try vault.headers(
                    .get,
                    "/v1/limits",
                    by: admin,
                    created: UTCTime(seconds: created)
                )
                #expect(try await limits(client, headers).problem() == .clock)
            }
            for created in [now + 1300, now + 700] {
                let headers = try vault.headers(
                    .get,
                    "/v1/limits",
                    by: admin,
                    created: UTCTime(seconds: created)
                )
                #expect(try await limits(client, headers).status == .ok)
            }
        }
        try await withMember { [self] vault, client in
            let before = UTCTime(seconds: vault.clock.now().seconds - 1)
            let headers = try vault.headers(.get, "/v1/limits", by: admin, created: before)
            #expect(try await limits(client, headers).problem() == .clock)
        }
    }

    @Test("refuses a request that was sent before, and a nonce that was used before")
    func replayed() async throws {
        try await withMember { [self] vault, client in
            let nonce = [UInt8](repeating: 9, count: 16)
            let headers = try vault.headers(.get, "/v1/limits", by: admin, nonce: nonce)
            #expect(try await limits(client, headers).status == .ok)
            #expect(try await limits(client, headers).problem() == .replayed)
            let uri = "/v1/cases"
            let reused = try vault.headers(.get, uri, by: admin, nonce: nonce)
            let response = try await client.get(uri, reused)
            #expect(try response.problem() == .replayed)
        }
    }

    @Test("a wrong signature does not use up a nonce")
    func keepsNonce() async throws {
        try await withMember { [self] vault, client in
            let headers = try vault.headers(.get, "/v1/limits", by: admin)
            var wrong = headers
            wrong[.signature] = try vault.headers(.get, "/v1/limits", by: admin)[.signature]
            #expect(try await limits(client, wrong).problem() == .signature)
            #expect(try await limits(client, headers).status == .ok)
        }
    }
}
