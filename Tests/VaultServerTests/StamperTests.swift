// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import Timestamp
import TransparencyLog
import Vault

@testable import VaultServer

/// A test authority: `Tests/Peers/tsa.py`, with keys of its own, ended when it is let go.
private final class TestAuthority {
    let address: AuthorityAddress
    private let serving: Process

    init(_ algorithm: String, in folder: String) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Peers/tsa.py").path
        let made = Process()
        made.executableURL = URL(filePath: "/usr/bin/env")
        made.arguments = ["python3", script, "make", folder, algorithm]
        made.standardError = FileHandle.nullDevice
        try made.run()
        made.waitUntilExit()
        try #require(made.terminationStatus == 0)
        let output = Pipe()
        serving = Process()
        serving.executableURL = made.executableURL
        serving.arguments = ["python3", script, "serve", folder]
        serving.standardOutput = output
        serving.standardError = FileHandle.nullDevice
        try serving.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let url = line.trimmingCharacters(in: .whitespacesAndNewlines)
        address = try #require(AuthorityAddress("\(url)=\(folder)/root.crt"))
    }

    /// The authority, asked to answer in a wrong way.
    func faulty(_ fault: String) throws -> AuthorityAddress {
        try #require(AuthorityAddress("\(address.url)?fault=\(fault)=\(address.roots)"))
    }

    deinit { serving.terminate() }
}

@Suite struct StamperTests {
    /// Lends an open vault and its stamper.
    private func lend(
        _ addresses: [AuthorityAddress],
        in vault: ServedVault,
        at time: (@Sendable () -> UTCTime)? = nil,
        _ body: (Stamper) async throws -> Void
    ) async throws {
        var configuration = vault.configuration
        configuration.tsa = AuthorityList(addresses)
        let folder = VaultFolder(configuration)
        let open = try await folder.open(logger: ServedVault.quiet, now: vault.clock.now)
        // Authorities take their time from the system, and so must who judges it.
        let now = time ?? { UTCTime(seconds: Int64(Date().timeIntervalSince1970)) }
        let stamper = try #require(
            try folder.stamper(for: open, metrics: Metrics(), logger: ServedVault.quiet, now: now)
        )
        do {
            try await body(stamper)
        } catch {
            await stamper.close()
            await open.close()
            throw error
        }
        await stamper.close()
        await open.close()
    }

    private func stored(_ stamper: Stamper) async throws -> [StorageKey] {
        try await stamper.vault.store.list(.timestamps).map(\.key)
    }

    @Test(
        "two authorities, one with EC and one with RSA keys, stamp the stored checkpoint once each"
    )
    func stamps() async throws {
        try await ServedVault.lend { vault in
            let folder = (vault.configuration.data as NSString).deletingLastPathComponent
            let authorities = try ["ec", "rsa"].map { try TestAuthority($0, in: "\(folder)/\($0)") }
            try await lend(authorities.map(\.address), in: vault) { stamper in
                for _ in 0..<2 {
                    for authority in stamper.authorities { try await stamper.stamp(by: authority) }
                }
                #expect(stamper.metrics.timestamps.value == 2)
                let keys = try await stored(stamper)
                #expect(keys.count == 2)
                let head = try Checkpoint(parsing: stamper.vault.log.published.signed.text)
                let note = try await stamper.vault.store.bytes(
                    of: .publishedCheckpoint(size: head.size)
                )
                for authority in stamper.authorities {
                    let key = StorageKey.timestamp(
                        size: head.size,
                        root: head.root,
                        authority: authority.name
                    )
                    #expect(StorageKey(path: key.path) == key)
                    let bytes = try await stamper.vault.store.bytes(of: key)
                    let timestamp = try StoredTimestamp(parsing: bytes)
                    let found = timestamp.verify(
                        answering: TimestampRequest(imprint: MessageImprint(hashing: note)),
                        trusting: authority.trust,
                        at: stamper.now().seconds
                    )
                    #expect(found.violation == nil)
                    let isDue = try await stamper.isDue(authority)
                    #expect(!isDue)
                }
            }
            withExtendedLifetime(authorities) {}
        }
    }

    @Test("nothing is stored of an answer that is wrong, and the next right one is")
    func faults() async throws {
        try await ServedVault.lend { vault in
            let folder = (vault.configuration.data as NSString).deletingLastPathComponent
            let authority = try TestAuthority("ec", in: "\(folder)/ec")
            let faults = ["status", "type", "garbage", "reject", "nonce", "imprint"]
            let addresses = try faults.map { try authority.faulty($0) } + [authority.address]
            try await lend(addresses, in: vault) { stamper in
                for (fault, authority) in zip(faults, stamper.authorities) {
                    await #expect(throws: (any Error).self, "\(fault)") {
                        try await stamper.stamp(by: authority)
                    }
                }
                let none = try await stored(stamper)
                #expect(none.isEmpty)
                let last = try #require(stamper.authorities.last)
                try await stamper.stamp(by: last)
                let one = try await stored(stamper)
                #expect(one.count == 1)
            }
        }
    }

    @Test("a token whose time is not ours, and one of another root, are refused")
    func refusesStrangers() async throws {
        try await ServedVault.lend { vault in
            let folder = (vault.configuration.data as NSString).deletingLastPathComponent
            let one = try TestAuthority("ec", in: "\(folder)/one")
            let other = try TestAuthority("ec", in: "\(folder)/other")
            let stranger = try #require(
                AuthorityAddress("\(one.address.url)=\(other.address.roots)")
            )
            let tomorrow: @Sendable () -> UTCTime = {
                UTCTime(seconds: Int64(Date().timeIntervalSince1970) + 86_400)
            }
            try await lend([stranger, one.address], in: vault, at: tomorrow) { stamper in
                await #expect(throws: StampFailure.self) {
                    try await stamper.stamp(by: stamper.authorities[0])
                }
                do {
                    try await stamper.stamp(by: stamper.authorities[1])
                    Issue.record("a time a day off was taken")
                } catch StampFailure.clock {
                }
                let none = try await stored(stamper)
                #expect(none.isEmpty)
            }
        }
    }

    @Test("a stamp is due once after each multiple of the schedule")
    func schedule() async throws {
        try await ServedVault.lend { vault in
            let folder = (vault.configuration.data as NSString).deletingLastPathComponent
            let authority = try TestAuthority("ec", in: "\(folder)/ec")
            try await lend([authority.address], in: vault) { stamper in
                let authority = stamper.authorities[0]
                let before = try await stamper.isDue(authority)
                #expect(before)
                try await stamper.stamp(by: authority)
                let after = try await stamper.isDue(authority)
                #expect(!after)
            }
            let nextDay: @Sendable () -> UTCTime = {
                UTCTime(seconds: Int64(Date().timeIntervalSince1970) + 86_400)
            }
            try await lend([authority.address], in: vault, at: nextDay) { stamper in
                let isDue = try await stamper.isDue(stamper.authorities[0])
                #expect(isDue)
            }
        }
    }

    @Test("authorities and proxies are read as they are written")
    func configuration() throws {
        var configuration = VaultServer.ServerConfiguration(data: "/vault")
        try configuration.apply(
            file: """
                tsa = https://a.example/tsr?x=1=keys/a.pem, http://b.example=/etc/b.pem
                tsa-proxy = socks5://127.0.0.1:9050
                """
        )
        #expect(
            configuration.tsa.all.map(\.url) == ["https://a.example/tsr?x=1", "http://b.example"]
        )
        #expect(configuration.tsa.all.map(\.roots) == ["keys/a.pem", "/etc/b.pem"])
        var again = VaultServer.ServerConfiguration(data: "/vault")
        try again.apply(file: configuration.written)
        #expect(again == configuration)
        for value in ["ftp://a=b", "https://a", "https://a=", "https://a=b,"] {
            #expect(throws: ConfigurationError.self) { try again.apply(file: "tsa = \(value)") }
        }
        #expect(throws: ConfigurationError.self) { try again.apply(file: "tsa-proxy = a:1") }
    }
}
