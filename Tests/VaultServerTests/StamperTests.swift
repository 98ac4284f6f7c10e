// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import HTTPTypes
import Testing
import Timestamp
import TimestampClient
import TransparencyLog
import Vault

@testable import VaultServer

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
        try await stamper.vault.store.list(.timestamps).map(\.key).filter {
            if case .timestamp(_, _, .token) = $0 { true } else { false }
        }
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
                    for authority in stamper.authorities { try await stamper.pass(authority) }
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
                        .checkpoint(size: head.size, root: head.root),
                        authority: authority.name,
                        .token
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
                    let waiting = try await stamper.waiting(for: authority)
                    #expect(waiting.isEmpty)
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
                        try await stamper.pass(authority)
                    }
                }
                let none = try await stored(stamper)
                #expect(none.isEmpty)
                let last = try #require(stamper.authorities.last)
                try await stamper.pass(last)
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
                    try await stamper.pass(stamper.authorities[0])
                }
                do {
                    try await stamper.pass(stamper.authorities[1])
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
                try await stamper.pass(stamper.authorities[0])
            }
            // A head that has grown is stamped no sooner than the next day.
            try await grow(vault)
            try await lend([authority.address], in: vault) { stamper in
                try await stamper.enqueue(for: stamper.authorities[0])
                let waiting = try await stamper.waiting(for: stamper.authorities[0])
                #expect(waiting.isEmpty)
            }
            try await lend([authority.address], in: vault, at: Self.later(days: 1)) { stamper in
                for _ in 0..<2 { try await stamper.enqueue(for: stamper.authorities[0]) }
                let waiting = try await stamper.waiting(for: stamper.authorities[0])
                #expect(waiting.count == 1)
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

extension StamperTests {
    /// The system's time, some days from now.
    private static func later(days: Int64) -> @Sendable () -> UTCTime {
        { UTCTime(seconds: Int64(Date().timeIntervalSince1970) + days * 86_400) }
    }

    /// Adds an entry to the log.
    private func grow(_ vault: ServedVault) async throws {
        let person = try TestPerson(seed: 1)
        let enrolment = try vault.enrolment(of: person)
        try await vault.serve { client in
            _ = try vault.verify(try await client.post(enrolment))
        }
    }

    private func folder(of vault: ServedVault) -> String {
        (vault.configuration.data as NSString).deletingLastPathComponent
    }

    private func check(_ vault: ServedVault, _ authorities: [TestAuthority]) async throws
        -> CheckReport
    {
        var configuration = vault.configuration
        configuration.tsa = AuthorityList(authorities.map(\.address))
        return try await VaultFolder(configuration)
            .check(deep: false, rebuildIndex: false, logger: ServedVault.quiet)
    }

    @Test("what is due while an authority is away is stamped when it is back, after a restart too")
    func queues() async throws {
        try await ServedVault.lend { vault in
            let authority = try TestAuthority("ec", in: "\(folder(of: vault))/ec")
            try authority.setDown(true)
            try await lend([authority.address], in: vault) { stamper in
                for _ in 0..<2 {
                    await #expect(throws: StampFailure.status(500)) {
                        try await stamper.pass(stamper.authorities[0])
                    }
                }
                let waiting = try await stamper.waiting(for: stamper.authorities[0])
                #expect(waiting.count == 1)
            }
            try await grow(vault)
            try authority.setDown(false)
            // The clock of the authority is the system's: the token of a day later would be refused.
            try await lend([authority.address], in: vault, at: Self.later(days: 1)) { stamper in
                try await stamper.enqueue(for: stamper.authorities[0])
            }
            try await lend([authority.address], in: vault) { stamper in
                let waiting = try await stamper.waiting(for: stamper.authorities[0])
                #expect(waiting.count == 2)
                try await stamper.pass(stamper.authorities[0])
                let none = try await stamper.waiting(for: stamper.authorities[0])
                #expect(none.isEmpty)
                let kept = try await stored(stamper)
                #expect(kept.count == 2)
            }
            let report = try await check(vault, [authority])
            #expect(report.isClean && report.timestamps == 2, "\(report)")
        }
    }

    @Test("revocation lists are kept beside the token, and a revoked certificate is refused")
    func revocation() async throws {
        try await ServedVault.lend { vault in
            let authority = try TestAuthority("rsa", in: "\(folder(of: vault))/rsa", ["lists"])
            try await lend([authority.address], in: vault) { stamper in
                try await stamper.pass(stamper.authorities[0])
                let found = try await stamper.stamps.inventory()
                let (stamp, parts) = try #require(found.parts.first)
                #expect(parts == [.token, .chain, .lists])
                let kept = try #require(try await stamper.stamps.kept(stamp, parts: parts))
                #expect(kept.chain.count == 3 && kept.revocationLists.count == 2)
                let note = try await stamper.stamps.bytes(of: stamp.subject)
                #expect(kept.verify(about: MessageImprint(hashing: note)).violation == nil)
            }
            let report = try await check(vault, [authority])
            #expect(report.isClean && report.timestamps == 1, "\(report)")
            try authority.revoke()
            try await grow(vault)
            try await lend([authority.address], in: vault, at: Self.later(days: 1)) { stamper in
                try await stamper.enqueue(for: stamper.authorities[0])
            }
            try await lend([authority.address], in: vault) { stamper in
                do {
                    try await stamper.pass(stamper.authorities[0])
                    Issue.record("a revoked certificate was taken")
                } catch StampFailure.refused(.chain(let fault)) {
                    #expect(fault.rule == .revoked)
                }
            }
        }
    }

    /// Runs `openssl ca` where an authority's keys are.
    private func ca(_ words: String, in folder: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["openssl", "ca", "-config", "tsa.cnf"] + words.split(separator: " ").map(String.init)
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    @Test(
        "no fault of the list of the signer's issuer hides that the issuer was revoked",
        arguments: ["missing", "expired", "forged"]
    )
    func revokedIssuer(fault: String) async throws {
        try await ServedVault.lend { vault in
            let keys = "\(folder(of: vault))/ec"
            let authority = try TestAuthority("ec", in: keys, ["lists"])
            let root = "-name root_ca -cert root.crt -keyfile root.key"
            try ca("\(root) -revoke issuing.crt", in: keys)
            try ca("\(root) -gencrl -crldays 3650 -out root.crl", in: keys)
            let list = "\(keys)/issuing.crl"
            switch fault {
            case "expired":
                let times = "-crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z"
                let issuing = "-name issuing_ca -cert issuing.crt -keyfile issuing.key"
                try ca("\(issuing) -gencrl \(times) -out issuing.crl", in: keys)
            case "forged":
                // Of the same name, with another key.
                let other = try TestAuthority("ec", in: "\(folder(of: vault))/other")
                try FileManager.default.removeItem(atPath: list)
                let forged = "\(folder(of: vault))/other/issuing.crl"
                try FileManager.default.copyItem(atPath: forged, toPath: list)
                withExtendedLifetime(other) {}
            default: try FileManager.default.removeItem(atPath: list)
            }
            try await lend([authority.address], in: vault) { stamper in
                do {
                    try await stamper.pass(stamper.authorities[0])
                    Issue.record("a certificate of a revoked issuer was taken")
                } catch StampFailure.refused(.chain(let fault)) {
                    #expect(fault.rule == .revoked && fault.depth == 1)
                }
            }
        }
    }

    @Test(
        "lists that could not be had are asked for later, until the chain ends or a month is over",
        arguments: [(5475, 30), (5, 6)]
    )
    func lateLists(days: Int, late: Int) async throws {
        try await ServedVault.lend { vault in
            let keys = "\(folder(of: vault))/ec"
            let authority = try TestAuthority("ec", in: keys, ["lists", "days=\(days)"])
            let list = "\(keys)/issuing.crl"
            try FileManager.default.moveItem(atPath: list, toPath: list + ".away")
            try await lend([authority.address], in: vault) { stamper in
                try await stamper.pass(stamper.authorities[0])
            }
            try FileManager.default.moveItem(atPath: list + ".away", toPath: list)
            for (days, isAsked) in [(Int64(late), false), (Int64(late - 2), true)] {
                try await lend([authority.address], in: vault, at: Self.later(days: days)) {
                    stamper in
                    try await stamper.complete(by: stamper.authorities[0])
                    let parts = try await stamper.stamps.inventory().parts.first?.value
                    let wanted: Set<StampPart> =
                        isAsked ? [.token, .chain, .lists] : [.token, .chain]
                    #expect(parts == wanted)
                }
            }
        }
    }

    @Test("a place that had no list is asked once in a turn")
    func listsOnce() async throws {
        try await ServedVault.lend { vault in
            let keys = "\(folder(of: vault))/ec"
            let authority = try TestAuthority("ec", in: keys, ["lists"])
            let list = "\(keys)/issuing.crl"
            try FileManager.default.moveItem(atPath: list, toPath: list + ".away")
            try await lend([authority.address], in: vault) { stamper in
                let asker = stamper.authorities[0]
                try await stamper.pass(asker)
                let found = try await stamper.stamps.inventory()
                let (stamp, parts) = try #require(found.parts.first)
                let kept = try #require(try await stamper.stamps.kept(stamp, parts: parts))
                let imprint = kept.token.info.imprint
                var turn = AskedLists()
                let first = try await asker.complete(kept.response, about: imprint, &turn)
                #expect(first.revocationLists.isEmpty)
                try FileManager.default.moveItem(atPath: list + ".away", toPath: list)
                let again = try await asker.complete(kept.response, about: imprint, &turn)
                #expect(again.revocationLists.isEmpty)
                var next = AskedLists()
                let later = try await asker.complete(kept.response, about: imprint, &next)
                #expect(later.revocationLists.count == 2)
            }
        }
    }

    @Test("members are given the first stamped checkpoint of a size, with its tokens")
    func route() async throws {
        struct Stamped: Decodable {
            struct Token: Decodable { let authority, response, chain, lists: String }
            let size: UInt64
            let checkpoint: String
            let tokens: [Token]
        }
        try await ServedVault.lend { vault in
            let authority = try TestAuthority("ec", in: "\(folder(of: vault))/ec", ["lists"])
            try await lend([authority.address], in: vault) { stamper in
                try await stamper.pass(stamper.authorities[0])
            }
            try await grow(vault)
            let person = try TestPerson(seed: 1)
            try await vault.serve { client in
                let answer = try await client.send(.get, "/v1/timestamps", by: person, in: vault)
                let stamped = try answer.json(Stamped.self)
                #expect(stamped.size == 1 && stamped.tokens.count == 1)
                let token = try #require(stamped.tokens.first)
                let kept = try KeptTimestamp(
                    response: TimestampResponse(
                        parsing: try #require(Base64.padded.decode(token.response))
                    ),
                    chain: CertificateFile(parsing: Array(token.chain.utf8)).certificates,
                    revocationLists: CertificateFile(parsing: Array(token.lists.utf8))
                        .revocationLists
                )
                let imprint = MessageImprint(hashing: stamped.checkpoint.utf8)
                #expect(kept.verify(about: imprint).violation == nil)
                let uri = "/v1/timestamps?from=2"
                let none = try await client.send(.get, uri, by: person, in: vault)
                #expect(try none.problem() == .notFound)
                let unsigned = try await client.get("/v1/timestamps")
                #expect(try unsigned.problem() == .signature)
            }
        }
    }

    @Test("what comes to its end is listed and stamped anew, and the list checks with sha256sum")
    func renewal() async throws {
        try await ServedVault.lend { vault in
            let folder = folder(of: vault)
            let short = try TestAuthority("ec", in: "\(folder)/ec", ["days=5"])
            let long = try TestAuthority("rsa", in: "\(folder)/rsa")
            let addresses = [short.address, long.address]
            try await lend([long.address], in: vault) { stamper in
                try await stamper.pass(stamper.authorities[0])
                let isDue = try await stamper.renewWhereDue()
                #expect(!isDue)
            }
            try await lend(addresses, in: vault) { stamper in
                try await stamper.pass(stamper.authorities[0])
                let isDue = try await stamper.renewWhereDue()
                #expect(isDue)
                for authority in stamper.authorities { try await stamper.pass(authority) }
                let found = try await stamper.stamps.inventory()
                #expect(found.renewals == [1])
                #expect(found.parts.keys.count { $0.subject == .renewal(number: 1) } == 2)
                let again = try await stamper.renewWhereDue()
                #expect(!again)
            }
            try await lend(addresses, in: vault, at: Self.later(days: 31)) { stamper in
                let isDue = try await stamper.renewWhereDue()
                #expect(isDue)
                let key = StorageKey.renewal(number: 2)
                let list = try #require(
                    RenewalList(parsing: try await stamper.vault.store.bytes(of: key))
                )
                // A checkpoint, the first list, and a token with its chain for each of both by each.
                #expect(list.files.count == 10)
            }
            let checked = Process()
            checked.executableURL = URL(filePath: "/bin/sh")
            checked.currentDirectoryURL = URL(filePath: vault.configuration.data)
            let list = "timestamps/renewal-2.txt"
            checked.arguments = [
                "-ec",
                """
                grep -E '^[0-9a-f]{64}  ' \(list) | sha256sum --strict --quiet -c
                grep -E '^[0-9a-f]{128}  ' \(list) | sha512sum --strict --quiet -c
                """,
            ]
            try checked.run()
            checked.waitUntilExit()
            #expect(checked.terminationStatus == 0)
            let report = try await check(vault, [short, long])
            #expect(report.isClean && report.timestamps == 4, "\(report)")
        }
    }

    @Test("a check finds a token of another checkpoint, a cut one, and a list that does not fit")
    func findsDamage() async throws {
        try await ServedVault.lend { vault in
            let authority = try TestAuthority("ec", in: "\(folder(of: vault))/ec", ["days=5"])
            try await lend([authority.address], in: vault) { stamper in
                try await stamper.pass(stamper.authorities[0])
                try await stamper.renewWhereDue()
                try await stamper.pass(stamper.authorities[0])
            }
            let stamps = URL(filePath: vault.configuration.data).appending(path: "timestamps")
            let names = try FileManager.default.contentsOfDirectory(atPath: stamps.path).sorted()
            let token = try #require(
                names.first { $0.hasSuffix(".tsr") && !$0.hasPrefix("renewal") }
            )
            let other = try #require(
                names.first { $0.hasSuffix(".tsr") && $0.hasPrefix("renewal") }
            )
            let good = try Data(contentsOf: stamps.appending(path: token))
            let replaced = try Data(contentsOf: stamps.appending(path: other))
            for bytes in [replaced, good.dropLast(9)] {
                try bytes.write(to: stamps.appending(path: token))
                let found = try await check(vault, [authority]).findings.map(\.subject)
                #expect(found == ["timestamps/\(token)", "timestamps/renewal-1.txt"])
            }
            try good.write(to: stamps.appending(path: token))
            let clean = try await check(vault, [authority])
            #expect(clean.isClean, "\(clean)")
        }
    }
}
