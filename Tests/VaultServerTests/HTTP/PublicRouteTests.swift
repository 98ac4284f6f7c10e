// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite struct PublicRouteTests {
    @Test("serves the checkpoint and the tiles of the log to anybody", arguments: [false, true])
    func log(live: Bool) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve(live ? .live : .router) { client in
                let note = try await client.get("/checkpoint")
                let signed = try SignedNote(parsing: Array(note.body.readableBytesView))
                _ = try signed.verified(by: [vault.invitation.contact.logKey])
                #expect(try Checkpoint(parsing: signed.text).size == 1)
                let tile = try await client.get("/tile/0/000.p/1")
                #expect(
                    Array(tile.body.readableBytesView) == vault.invitation.contact.genesis.bytes
                )
                let keys = try await client.get("/v1/log-keys")
                #expect(keys.text == LogKeyHistory(vault.invitation.contact.logKey).text)
                let card = try await client.get("/v1/vault")
                #expect(card.text == "card\n")
            }
        }
    }

    @Test(
        "answers what does not exist with one 404",
        arguments: [
            "/", "/nope", "/tile/0/000", "/tile/0/000.p/2", "/tile/0/../0/000.p/1", "/tile/0/0",
            "/tile/x/000",
            "/tile/0/000.p/1/", "/v1/statements", "/keys/log.key", "/tile/0/%30%30%30.p/1",
            "/..%2fkeys/log.key", "/tile/0/000.p/1?x", "/lock", "/v1/vault/../../lock",
        ]
    )
    func nothing(path: String) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                let response = try await client.get(path)
                if path.hasSuffix("?x") {
                    #expect(response.status == .ok, "a query changes nothing")
                } else {
                    #expect(try response.problem() == .notFound)
                }
            }
        }
    }

    @Test("the OpenAPI file and the router describe the same routes")
    func openAPI() async throws {
        struct File: Decodable {
            struct Operation: Decodable {
                let responses: [String: Response]
                struct Response: Decodable { let description: String }
            }
            let openapi: String
            let paths: [String: [String: Operation]]
        }
        let source = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/VaultServer/openapi.json")
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: source))
        #expect(file.openapi == "3.1.0")
        func plain(_ path: String) -> String {
            path.split(separator: "/").map {
                $0 == "**" ? "{}" : $0.hasPrefix("{") || $0.hasPrefix(":") ? "{}" : String($0)
            }.joined(separator: "/")
        }
        let described = Set(
            file.paths.flatMap { path, operations in
                operations.keys.map { "\($0.uppercased()) \(plain(path))" }
            }
        )
        try await ServedVault.lend { vault in
            let open = try await VaultFolder(vault.configuration).open(
                logger: ServedVault.quiet,
                now: vault.clock.now
            )
            let api = API(
                vault: open,
                card: "",
                configuration: vault.configuration,
                metrics: Metrics(),
                logger: ServedVault.quiet,
                now: vault.clock.now
            )
            let routed = Set(api.router.routes.map { "\($0.method) \(plain("\($0.path)"))" })
            #expect(routed == described)
            await open.close()
        }
        for type in ProblemType.allCases where type != .method {
            let isDescribed = file.paths.values.contains { operations in
                operations.values.contains { operation in
                    operation.responses["\(type.status.code)"]?.description
                        .contains("`\(type.rawValue)`") ?? false
                }
            }
            #expect(isDescribed, "\(type.rawValue) is described")
        }
    }
}
