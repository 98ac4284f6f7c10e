// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Logging
import NIOCore
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

/// A vault made by `saksid init` in a temporary folder, and what its members send it.
struct ServedVault: Sendable {
    let configuration: VaultServer.ServerConfiguration
    let invitation: Invitation
    let clock: TestClock

    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Lends a new vault.
    static func lend(
        _ configure: (inout VaultServer.ServerConfiguration) -> Void = { _ in },
        _ body: (ServedVault) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            var configuration = VaultServer.ServerConfiguration(data: folder + "/vault")
            configuration.roundTimer = .milliseconds(1)
            configuration.bodyWait = .zero
            configure(&configuration)
            let clock = TestClock()
            let made = try await NewVault(configuration, now: clock.now()).make(
                origin: "vault.example",
                address: "https://127.0.0.1:8443",
                inviteDays: 14
            )
            try await body(
                ServedVault(
                    configuration: configuration,
                    invitation: try Invitation(parsing: made.invite),
                    clock: clock
                )
            )
        }
    }

    /// Opens the vault and serves it to tests, in the process or over a socket.
    ///
    /// - Parameter watch: Given the API before it serves.
    func serve(
        _ setup: TestingSetup = .router,
        metrics: Metrics = Metrics(),
        logger: Logger = quiet,
        watch: (API) -> Void = { _ in },
        _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let vault = try await VaultFolder(configuration).open(logger: Self.quiet, now: clock.now)
        let api = API(
            vault: vault,
            card: "card\n",
            configuration: configuration,
            metrics: metrics,
            logger: logger,
            now: clock.now
        )
        watch(api)
        let idleTimeout = configuration.idleTimeout
        let application = Application(
            router: api.router,
            server: HTTPServerBuilder { responder in
                VaultChannel(tls: nil, idleTimeout: idleTimeout, responder: responder)
            },
            logger: Self.quiet
        )
        do {
            try await application.test(setup) { try await body($0) }
        } catch {
            await vault.close()
            throw error
        }
        await vault.close()
    }

    // MARK: Statements

    func sign(_ act: Act, by person: TestPerson, also: [NoteSigner] = []) throws -> [UInt8] {
        let statement = Statement(
            vault: "vault.example",
            time: clock.now(),
            actor: person.record.fingerprint,
            nonce: (0..<32).map { _ in UInt8.random(in: .min ... .max) },
            act: act
        )
        return try SignedStatement.sign(statement, with: [person.signer] + also).note.bytes
    }

    /// The enrolment of the first administrator.
    func enrolment(of person: TestPerson) throws -> [UInt8] {
        try enrolment(of: person, with: try invitation.signer())
    }

    func enrolment(of person: TestPerson, with invite: NoteSigner) throws -> [UInt8] {
        let enrol = Enrol(inviteKey: invite.verifierKey.publicKey, record: person.record)
        return try sign(.enrol(enrol), by: person, also: [invite])
    }

    /// Verifies a receipt as a client would.
    func verify(_ response: TestResponse) throws -> Receipt {
        try #require(response.status == .ok, "\(String(buffer: response.body))")
        let receipt = try Receipt(parsing: Array(response.body.readableBytesView))
        _ = try receipt.verify(by: TrustPolicy(logs: [.init(key: invitation.contact.logKey)]))
        return receipt
    }

    // MARK: Requests

    /// Headers that sign a request.
    func headers(
        _ method: HTTPRequest.Method,
        _ uri: String,
        by person: TestPerson,
        access: Hash? = nil,
        created: UTCTime? = nil,
        nonce: [UInt8]? = nil
    ) throws -> HTTPFields {
        let parts = uri.split(separator: "?", maxSplits: 1)
        let target = try #require(
            RequestTarget(
                method: method.rawValue,
                path: String(parts[0]),
                query: parts.count == 2 ? String(parts[1]) : nil,
                access: access
            )
        )
        let signature = try RequestSignature(
            of: target,
            created: created ?? clock.now(),
            nonce: nonce ?? (0..<16).map { _ in UInt8.random(in: .min ... .max) },
            keyID: person.record.fingerprint
        ) { base in try person.bareSignature(over: base) }
        var headers: HTTPFields = [
            .signatureInput: signature.inputField, .signature: signature.signatureField,
        ]
        if let access { headers[.saksiAccess] = access.hex }
        return headers
    }
}

extension TestClientProtocol {
    /// Sends a statement.
    func post(_ note: [UInt8]) async throws -> TestResponse {
        try await executeRequest(
            uri: "/v1/statements",
            method: .post,
            headers: [.contentLength: "\(note.count)"],
            body: ByteBuffer(bytes: note)
        )
    }

    /// Sends a request that nobody signed, or one with the headers of a signature.
    func get(_ uri: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        try await executeRequest(uri: uri, method: .get, headers: headers, body: nil)
    }

    /// Sends a signed request.
    func send(
        _ method: HTTPRequest.Method,
        _ uri: String,
        by person: TestPerson,
        in vault: ServedVault,
        access: Hash? = nil,
        more: HTTPFields = [:],
        body: [UInt8]? = nil
    ) async throws -> TestResponse {
        var headers = try vault.headers(method, uri, by: person, access: access)
        headers.append(contentsOf: more)
        if let body { headers[.contentLength] = "\(body.count)" }
        return try await executeRequest(
            uri: uri,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(bytes: $0) }
        )
    }

    /// Uploads something under its hash.
    @discardableResult func upload(
        _ kind: ContentKind,
        _ bytes: [UInt8],
        by person: TestPerson,
        in vault: ServedVault
    ) async throws -> TestResponse {
        let uri = "/v1/\(kind.rawValue)/\(Hash(hashing: bytes).hex)"
        return try await send(.put, uri, by: person, in: vault, body: bytes)
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    /// The slug of the problem JSON.
    func problem() throws -> ProblemType {
        struct Problem: Decodable {
            let type, title: String
            let status: Int
        }
        #expect(headers[.contentType] == "application/problem+json")
        let problem = try JSONDecoder().decode(Problem.self, from: Data(body.readableBytesView))
        #expect(problem.status == status.code)
        return try #require(ProblemType(urn: problem.type))
    }

    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try #require(status == .ok, "\(text)")
        return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }
}

extension TestClientProtocol {
    /// Enrols an administrator and then a person for each role; answers with those people.
    func enrol(_ roles: [Role], in vault: ServedVault) async throws -> [TestPerson] {
        let admin = try TestPerson(seed: 1)
        _ = try vault.verify(try await post(try vault.enrolment(of: admin)))
        var people: [TestPerson] = []
        for (number, role) in roles.enumerated() {
            let signer = try TestPerson.inviteSigner(number + 1)
            let invite = Invite(
                role: role,
                caseID: nil,
                inviteKey: signer.verifierKey.publicKey,
                expires: .latest
            )
            _ = try vault.verify(try await post(try vault.sign(.invite(invite), by: admin)))
            let person = try TestPerson(seed: UInt8(number + 2))
            _ = try vault.verify(try await post(try vault.enrolment(of: person, with: signer)))
            people.append(person)
        }
        return people
    }
}

extension TestPerson {
    /// An Ed25519 signature over bytes, as requests carry it; a test person's mail key is the seed.
    func bareSignature(over bytes: [UInt8]) throws -> [UInt8] {
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: record.mail)
        return Array(try key.signature(for: bytes))
    }
}
