// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vault

@testable import VaultServer

@Suite struct UploadRouteTests {
    private func withMembers(
        _ setup: TestingSetup = .router,
        _ configure: (inout VaultServer.ServerConfiguration) -> Void = { _ in },
        _ body:
            @escaping @Sendable (ServedVault, any TestClientProtocol, [TestPerson]) async throws ->
            Void
    ) async throws {
        try await ServedVault.lend(configure) { vault in
            try await vault.serve(setup) { client in
                let people = try await client.enrol([Role.auditor, Role.submitter], in: vault)
                try await body(vault, client, people)
            }
        }
    }

    @Test("stores what hashes to its name, once", arguments: ContentKind.allCases)
    func stores(kind: ContentKind) async throws {
        try await withMembers(.live) { vault, client, people in
            let bytes = Array("some bytes".utf8)
            let first = try await client.upload(kind, bytes, by: people[0], in: vault)
            #expect(first.status == .created)
            let second = try await client.upload(kind, bytes, by: people[0], in: vault)
            #expect(second.status == .ok)
        }
    }

    @Test("stores a whole segment and no more", arguments: [false, true])
    func limit(live: Bool) async throws {
        try await withMembers(live ? .live : .router) { vault, client, people in
            var bytes = [UInt8](repeating: 7, count: 4 << 20)
            let full = try await client.upload(.segments, bytes, by: people[0], in: vault)
            #expect(full.status == .created)
            bytes.append(7)
            let more = try await client.upload(.segments, bytes, by: people[0], in: vault)
            #expect(try more.problem() == .tooLarge)
        }
    }

    @Test("shows an upload to whoever sent it and to nobody else")
    func head() async throws {
        try await withMembers { vault, client, people in
            let bytes = Array("some bytes".utf8)
            let uri = "/v1/segments/\(Hash(hashing: bytes).hex)"
            let answer1 = try await client.send(.head, uri, by: people[0], in: vault)
            #expect(answer1.status == .notFound)
            try await client.upload(.segments, bytes, by: people[0], in: vault)
            let answer2 = try await client.send(.head, uri, by: people[0], in: vault)
            #expect(answer2.status == .ok)
            let answer3 = try await client.send(.head, uri, by: people[1], in: vault)
            #expect(answer3.status == .notFound)
        }
    }

    @Test("refuses bytes that do not hash to their name, and keeps nothing of them")
    func digest() async throws {
        try await withMembers { vault, client, people in
            let name = Hash(hashing: Array("other".utf8)).hex
            let uri = "/v1/segments/\(name)"
            let response = try await client.send(
                .put,
                uri,
                by: people[0],
                in: vault,
                body: [1, 2, 3]
            )
            #expect(try response.problem() == .digest)
            let answer4 = try await client.send(.head, uri, by: people[0], in: vault)
            #expect(answer4.status == .notFound)
            struct Limits: Decodable { let used: Int }
            let limits = try await client.send(.get, "/v1/limits", by: people[0], in: vault)
            #expect(try limits.json(Limits.self).used == 0)
        }
    }

    @Test(
        "refuses names that are not a hash",
        arguments: [
            "", "00", "../lock", String(repeating: "A", count: 64),
            String(repeating: "0", count: 65),
        ]
    )
    func names(name: String) async throws {
        try await withMembers { vault, client, people in
            let response = try await client.send(
                .put,
                "/v1/segments/\(name)",
                by: people[0],
                in: vault,
                body: [1]
            )
            #expect(response.status == .notFound)
        }
    }

    @Test("refuses an empty body, and one that is shorter or longer than announced")
    func lengths() async throws {
        try await withMembers { vault, client, people in
            let bytes = Array("some bytes".utf8)
            let uri = "/v1/segments/\(Hash(hashing: bytes).hex)"
            for size in ["9", "11", "-1", "0x10", "99999999999999999999", ""] {
                var headers = try vault.headers(.put, uri, by: people[0])
                headers[.contentLength] = size
                let response = try await client.executeRequest(
                    uri: uri,
                    method: .put,
                    headers: headers,
                    body: nil
                )
                #expect(try response.problem() == .malformed)
            }
            let empty = try await client.send(.put, uri, by: people[0], in: vault, body: [])
            #expect(try empty.problem() == .malformed)
        }
    }

    @Test("refuses what passes the member's quota")
    func quota() async throws {
        try await withMembers(.router, { $0.pendingQuota.bytes = 15 }) { vault, client, people in
            let first = try await client.upload(
                .segments,
                Array("ten bytes.".utf8),
                by: people[0],
                in: vault
            )
            #expect(first.status == .created)
            let second = try await client.upload(
                .segments,
                Array("and more..".utf8),
                by: people[0],
                in: vault
            )
            #expect(try second.problem() == .quota)
            let other = try await client.upload(
                .segments,
                Array("and more..".utf8),
                by: people[1],
                in: vault
            )
            #expect(other.status == .created, "the quota is each member's own")
        }
    }

    @Test("answers 503 with Retry-After where there is no room in memory")
    func busy() async throws {
        try await ServedVault.lend({ $0.bodyMemory.bytes = 4 }) { vault in
            let metrics = Metrics()
            try await vault.serve(metrics: metrics) { client in
                _ = try await client.post(try vault.enrolment(of: try TestPerson(seed: 1)))
                let response = try await client.upload(
                    .segments,
                    [1, 2, 3, 4, 5],
                    by: try TestPerson(seed: 1),
                    in: vault
                )
                #expect(try response.problem() == .busy)
                #expect(response.headers[.retryAfter] == "2")
                #expect(metrics.unavailable.value == 1)
            }
        }
    }

    @Test("takes nothing more once the vault is frozen, says so, and goes on answering")
    func frozen() async throws {
        try await withMembers(.live) { vault, client, people in
            let bytes = Array("some bytes".utf8)
            try await client.upload(.segments, bytes, by: people[0], in: vault)
            let freeze = Act.freeze(Freeze(expires: .latest))
            let admin = try TestPerson(seed: 1)
            _ = try vault.verify(try await client.post(try vault.sign(freeze, by: admin)))
            for kind in ContentKind.allCases {
                let refused = try await client.upload(kind, bytes, by: people[0], in: vault)
                #expect(try refused.problem() == .refused)
                #expect(refused.text.contains(#""rule":"frozen""#))
            }
            let big = [UInt8](repeating: 7, count: 4 << 20)
            let refused = try await client.upload(.segments, big, by: people[0], in: vault)
            #expect(try refused.problem() == .refused)
            struct Limits: Decodable { let used: Int }
            let limits = try await client.send(.get, "/v1/limits", by: people[0], in: vault)
            #expect(try limits.json(Limits.self).used == bytes.count)
            #expect(try await client.get("/checkpoint").status == .ok)
        }
    }

    @Test("refuses an upload that nobody signed before reading it")
    func unsigned() async throws {
        try await withMembers(.live) { _, client, _ in
            let response = try await client.executeRequest(
                uri: "/v1/segments/\(String(repeating: "0", count: 64))",
                method: .put,
                headers: [:],
                body: ByteBuffer(bytes: [UInt8](repeating: 0, count: 1 << 20))
            )
            #expect(try response.problem() == .signature)
        }
    }
}
