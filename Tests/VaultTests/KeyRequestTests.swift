// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Testing
import TestSupport
import TransparencyLog
import Vault

@Suite("Key requests and welcomes")
struct KeyRequestTests {
    private func someRequest() throws -> KeyRequest {
        let vault = try TestVault(empty: ())
        return KeyRequest(
            vault: TestVault.origin,
            person: vault.reader.fingerprint,
            possession: testBytes("possession") + testBytes("other half"),
            record: vault.otherReader.record
        )
    }

    private func someWelcome(tlsKeys: [Hash] = [.test("tls key")]) throws -> Welcome {
        let vault = try TestVault(empty: ())
        return try Welcome(
            contact: VaultContact(
                address: "https://vault.example:8443",
                logKey: vault.logSigner.verifierKey,
                tlsKeys: tlsKeys,
                genesis: .test("genesis")
            ),
            sender: vault.admin.fingerprint,
            person: vault.reader.fingerprint,
            head: LogHead(size: 1234, root: .test("root"))
        )
    }

    @Test("a request reads back, and asks for what it says")
    func request() throws {
        let request = try someRequest()
        #expect(try KeyRequest(parsing: request.text) == request)
        #expect(request.fingerprint == request.record.fingerprint)
        let rekey = request.rekey(expires: .latest, reason: .replace, ends: [request.person])
        #expect(rekey.person == request.person && rekey.record == request.record)
        #expect(rekey.possession == request.possession && !rekey.isPossessed(in: request.vault))
        try Golden.expect(request.text, matches: "key-request.txt")
    }

    @Test("a welcome is one line, and reads back")
    func welcome() throws {
        let welcome = try someWelcome()
        #expect(try Welcome(parsing: welcome.text) == welcome)
        #expect(!welcome.text.contains { $0.isWhitespace })
        let lines = Base64.url.decode(welcome.text.dropFirst(Welcome.prefix.count)) ?? []
        try Golden.expect(String(decoding: lines, as: UTF8.self), matches: "welcome.txt")
    }

    @Test("a welcome names two TLS keys while the key changes, ascending, and no more")
    func changingKey() throws {
        let keys = [Hash.test("tls key"), .test("next tls key"), .test("another")].sorted()
        let both = try someWelcome(tlsKeys: Array(keys.prefix(2)))
        #expect(try Welcome(parsing: both.text).contact.tlsKeys == Array(keys.prefix(2)))
        for wrong in [[], [keys[1], keys[0]], [keys[0], keys[0]], keys] {
            #expect(throws: OneLineError<Welcome>.self) { try someWelcome(tlsKeys: wrong) }
        }
    }

    @Test("both are refused when a line is lost, or there twice")
    func refusesLines() throws {
        let request = try someRequest()
        let welcome = try someWelcome()
        let inside = Base64.url.decode(welcome.text.dropFirst(Welcome.prefix.count)) ?? []
        func refuses(_ text: String, _ parse: (String) throws -> Void) {
            let lines = text.split(separator: "\n").map(String.init)
            for place in lines.indices {
                var dropped = lines
                dropped.remove(at: place)
                let doubled = Array(lines[...place]) + lines[place...]
                for changed in [dropped, doubled] {
                    let text = changed.joined(separator: "\n") + "\n"
                    #expect(throws: (any Error).self) { try parse(text) }
                }
            }
        }
        refuses(request.text) { _ = try KeyRequest(parsing: $0) }
        refuses(String(decoding: inside, as: UTF8.self)) {
            _ = try Welcome(parsing: Welcome.prefix + Base64.url.encode(Array($0.utf8)))
        }
    }

    @Test("a welcome is refused when a character is lost or changed")
    func refusesText() throws {
        let text = try someWelcome().text
        #expect(throws: OneLineError<Welcome>.missingPrefix) {
            try Welcome(parsing: text.dropFirst())
        }
        #expect(throws: OneLineError<Welcome>.notBase64) { try Welcome(parsing: text + "\n") }
        #expect(throws: OneLineError<Welcome>.tooLarge) {
            try Welcome(parsing: text + String(repeating: "a", count: Welcome.maximumSize))
        }
        for count in Welcome.prefix.count..<text.count {
            #expect(throws: OneLineError<Welcome>.self) { try Welcome(parsing: text.prefix(count)) }
        }
    }
}
