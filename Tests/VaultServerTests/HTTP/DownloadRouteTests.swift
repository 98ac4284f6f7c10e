// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing
import Vault

@testable import VaultServer

@Suite struct DownloadRouteTests {
    private func withSubmission(
        _ setup: TestingSetup = .router,
        _ body: @escaping @Sendable (TestCase) async throws -> Void
    ) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve(setup) { client in
                let test = try await TestCase(in: vault, client)
                try await test.submitAll()
                try await body(test)
            }
        }
    }

    private func paths(_ test: TestCase) -> (manifest: [String], files: [String], lists: [String]) {
        let objects = test.submission.record.objects.map(\.id.hex)
        return (
            ["/v1/objects/\(objects[0])/envelope", "/v1/objects/\(objects[0])/payload"],
            ["/v1/objects/\(objects[1])/envelope", "/v1/objects/\(objects[1])/payload"],
            [
                "/v1/records/\(test.submission.record.hash.hex)",
                "/v1/records/\(test.submission.commitments.hash.hex)",
            ]
        )
    }

    @Test(
        "releases what a logged access statement names, and nothing else",
        arguments: AccessScope.allCases
    )
    func scopes(scope: AccessScope) async throws {
        try await withSubmission { test in
            let objects = scope == .objects ? [test.submission.record.objects[1].id] : []
            let access = try await test.log(test.submission.access(scope, objects), by: test.reader)
            let (manifest, files, lists) = paths(test)
            let released: [String]
            switch scope {
            case .manifest: released = manifest + lists
            case .objects: released = files + lists
            case .all: released = manifest + files + lists
            case .envelopes:
                released = [lists[0]] + (manifest + files).filter { $0.hasSuffix("/envelope") }
            }
            for path in manifest + files + lists {
                let response = try await test.get(
                    path,
                    by: test.reader,
                    access: access.entry.signed.id
                )
                #expect(response.status == (released.contains(path) ? .ok : .notFound), "\(path)")
            }
        }
    }

    @Test("sends the bytes that were uploaded, whole and in ranges", arguments: [false, true])
    func bytes(live: Bool) async throws {
        try await withSubmission(live ? TestingSetup.live : TestingSetup.router) { test in
            let id = try await test.log(test.submission.access(.all), by: test.reader).entry.signed
                .id
            let payload = test.submission.segments[1].flatMap { $0 }
            let path = "/v1/objects/\(test.submission.record.objects[1].id.hex)/payload"
            let whole = try await test.get(path, by: test.reader, access: id)
            #expect(Array(whole.body.readableBytesView) == payload)
            #expect(whole.headers[.contentLength] == "\(payload.count)")
            let ranges: [(String, Range<Int>)] = [
                ("bytes=0-0", 0..<1), ("bytes=4194300-4194310", 4_194_300..<4_194_311),
                ("bytes=4194304-", 4_194_304..<payload.count),
                ("bytes=-5", payload.count - 5..<payload.count),
                ("bytes=524287-1048577", 524_287..<1_048_578),
                ("bytes=10-99999999999", 10..<payload.count),
            ]
            for (header, range) in ranges {
                let part = try await test.get(path, by: test.reader, access: id, [.range: header])
                #expect(part.status == .partialContent)
                #expect(Array(part.body.readableBytesView) == Array(payload[range]), "\(header)")
                let shown = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(payload.count)"
                #expect(part.headers[.contentRange] == shown)
            }
            for header in [
                "bytes=9-8", "bytes=\(payload.count)-", "bytes=x-", "bytes=0-1,3-4", "bytes=-0",
            ] {
                let part = try await test.get(path, by: test.reader, access: id, [.range: header])
                #expect(try part.problem() == .range, "\(header)")
            }
            let (_, _, lists) = paths(test)
            let record = try await test.get(lists[0], by: test.reader, access: id)
            #expect(Array(record.body.readableBytesView) == test.submission.record.bytes)
            let list = try await test.get(lists[1], by: test.reader, access: id)
            #expect(Array(list.body.readableBytesView) == test.submission.commitments.bytes)
        }
    }

    @Test("releases nothing without an access statement, with another's, or after its time")
    func refused() async throws {
        try await withSubmission { test in
            let id = try await test.log(test.submission.access(.all), by: test.reader).entry.signed
                .id
            let (manifest, files, lists) = paths(test)
            for path in manifest + files + lists {
                let none = try await test.get(path, by: test.reader)
                let unknown = try await test.get(path, by: test.reader, access: Hash(hashing: [1]))
                let others = try await test.get(path, by: test.owner, access: id)
                let outsiders = try await test.get(path, by: test.outsider, access: id)
                for response in [none, unknown, others, outsiders] {
                    #expect(try response.problem() == .notFound)
                }
            }
            let accepted = test.vault.clock.now().seconds / 60 * 60
            test.vault.clock.set(accepted + 86_400)
            let last = try await test.get(manifest[0], by: test.reader, access: id)
            #expect(last.status == .ok)
            test.vault.clock.set(accepted + 86_401)
            let late = try await test.get(manifest[0], by: test.reader, access: id)
            #expect(try late.problem() == .notFound)
        }
    }

    @Test(
        "every download waits for a place among the downloads, and is refused where none comes free"
    )
    func places() async throws {
        try await ServedVault.lend { vault in
            let downloads = Mutex<BodyBudget?>(nil)
            try await vault.serve(watch: { api in downloads.withLock { $0 = api.downloads } }) {
                client in
                let test = try await TestCase(in: vault, client)
                try await test.submitAll()
                let id = try await test.log(test.submission.access(.all), by: test.reader).entry
                    .signed.id
                let (manifest, files, lists) = paths(test)
                let all = manifest + files + lists + ["/v1/keyrings/\(test.id.hex)/current"]
                let budget = try #require(downloads.withLock { $0 })
                do {
                    let taken = await budget.reserve(32 * API.downloadPiece, for: "others")
                    #expect(taken != nil)
                    for path in all {
                        let response = try await test.get(path, by: test.reader, access: id)
                        #expect(try response.problem() == .busy, "\(path)")
                    }
                    withExtendedLifetime(taken) {}
                }
                for path in all {
                    let response = try await test.get(path, by: test.reader, access: id)
                    #expect(response.status == .ok, "\(path)")
                }
            }
        }
    }

    @Test("sends a keyring that is larger than what a download holds at once")
    func largeKeyring() async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                let test = try await TestCase(in: vault, client)
                let keyring = (0..<API.downloadPiece + 1000).map {
                    UInt8(truncatingIfNeeded: $0 / 7)
                }
                try await client.upload(.keyrings, keyring, by: test.owner, in: vault)
                let grant = CaseGrant(
                    caseID: test.id,
                    member: test.outsider.record.fingerprint,
                    right: .read,
                    keyring: Hash(hashing: keyring),
                    replacing: Hash(hashing: test.submission.keyring)
                )
                try await test.log(.caseGrant(grant), by: test.owner)
                let path = "/v1/keyrings/\(test.id.hex)/current"
                let response = try await test.get(path, by: test.outsider)
                #expect(Array(response.body.readableBytesView) == keyring)
                #expect(response.headers[.contentLength] == "\(keyring.count)")
            }
        }
    }

    @Test("a statement that is not an access releases nothing")
    func otherAct() async throws {
        try await withSubmission { test in
            let custody = Custody(
                caseID: test.id,
                record: test.submission.record.hash,
                event: .received,
                occurred: test.vault.clock.now()
            )
            let id = try await test.log(.custody(custody), by: test.reader).entry.signed.id
            let response = try await test.get(paths(test).manifest[0], by: test.reader, access: id)
            #expect(try response.problem() == .notFound)
        }
    }
}

@Suite struct ByteRangeTests {
    @Test("reads one range of bytes and ignores other units")
    func reads() {
        #expect(ByteRange(nil, size: 10) == .whole)
        #expect(ByteRange("items=0-1", size: 10) == .whole)
        #expect(ByteRange("bytes=0-18446744073709551615", size: 10) == .part(0..<10))
        #expect(ByteRange("bytes=0-18446744073709551616", size: 10) == .unsatisfiable)
        #expect(ByteRange("bytes=-11", size: 10) == .part(0..<10))
        #expect(ByteRange("bytes=", size: 10) == .unsatisfiable)
        #expect(ByteRange("bytes=-", size: 10) == .unsatisfiable)
        #expect(ByteRange("bytes=+1-2", size: 10) == .unsatisfiable)
    }
}
