// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing

@testable import VaultServer

@Suite("The TLS key changes")
struct TLSRotationTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("a daemon does not start with a TLS key that the policy does not name")
    func start() async throws {
        try await ServedVault.lend { vault in
            let keys = TLSKeys(vault.configuration)
            let named = try keys.current().pin.hex
            let other = try keys.makeNext(at: Self.now).pin
            try keys.takeNext()
            #expect(try keys.current().pin == other)
            let error = StartError.tlsKeyNotInPolicy(key: other.hex, policy: [named])
            await #expect(throws: error) {
                try await Daemon(vault.configuration, logger: ServedVault.quiet).run { _ in }
            }
            let report = try await vault.check(deep: false)
            #expect(report.findings.map(\.subject) == ["keys/tls.key"])
            #expect(report.findings.map(\.found) == [other.hex])
        }
    }

    @Test("the next key is not taken before the policy names it, and the one in use stays")
    func early() async throws {
        try await ServedVault.lend { vault in
            let rotation = TLSRotation(vault.configuration)
            await #expect(throws: StartError.noNextTLSKey) {
                try await rotation.takeNext(logger: ServedVault.quiet)
            }
            let keys = try rotation.prepare()
            let error = StartError.tlsKeyNotInPolicy(
                key: keys.next.hex,
                policy: [keys.current.hex]
            )
            await #expect(throws: error) {
                try await rotation.takeNext(logger: ServedVault.quiet)
            }
            #expect(try TLSKeys(vault.configuration).current().pin == keys.current)
            #expect(try await vault.check(deep: false).isClean)
        }
    }

    @Test("asked again, it names the next key that it has made")
    func again() async throws {
        try await ServedVault.lend { vault in
            let rotation = TLSRotation(vault.configuration)
            let keys = try rotation.prepare()
            #expect(keys.next != keys.current)
            #expect(try rotation.prepare().next == keys.next)
            let path = vault.configuration.path("keys/tls.next.key")
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test("killed anywhere, it leaves one key with its certificate, and can be run again")
    func killed() async throws {
        try await ServedVault.lend { vault in
            let keys = TLSKeys(vault.configuration)
            let files = FileManager.default
            func path(_ name: String) -> String { vault.configuration.path("keys/\(name)") }
            let first = try keys.current().pin

            // While the next key was written, and before its certificate was.
            try Data("half".utf8).write(to: URL(filePath: path("tls.next.key.part")))
            let next = try keys.makeNext(at: Self.now)
            try files.removeItem(atPath: path("tls.next.crt"))
            #expect(try keys.current().pin == first)
            #expect(try keys.next() == nil)
            #expect(try keys.makeNext(at: Self.now).pin == next.pin)

            // Between the two steps of the change.
            try files.removeItem(atPath: path("tls.crt"))
            try files.moveItem(atPath: path("tls.next.crt"), toPath: path("tls.crt"))
            #expect(try keys.current().pin == next.pin)
            #expect(try keys.current().keyPEM == next.keyPEM + "\n")
            #expect(!files.fileExists(atPath: path("tls.next.key")))
            #expect(throws: StartError.noNextTLSKey) { try keys.takeNext() }

            // A certificate of neither is not taken for an unfinished change.
            _ = try keys.makeNext(at: Self.now)
            try files.removeItem(atPath: path("tls.next.crt"))
            let foreign = try TLSIdentity.make(at: Self.now).certificatePEM
            try Data(foreign.utf8).write(to: URL(filePath: path("tls.crt")))
            #expect(throws: StartError.certificateDoesNotMatch) { try keys.current() }
        }
    }
}
