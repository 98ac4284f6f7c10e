// SPDX-License-Identifier: Apache-2.0

public import Age
import Bulk
import Encodings
import Foundation
import NIOCore
import Secrets
import TransparencyLog
public import Vault

/// One unlocked device in touch with its vault.
///
/// Every answer is checked before it is used: see the article "What is checked at each contact".
/// What is thrown reads as a ``ClientError`` through ``ClientError/init(describing:)``. Call
/// ``close()`` at the end.
public struct VaultSession: Sendable {
    let home: DeviceHome
    let identity: DeviceIdentity
    let connection: Connection
    let signer: RequestSigner
    let log: LogView
    let trust: Trust
    let receipts: Receipts
    let members: Members

    /// Unlocks the identity of a device and prepares to talk to its vault; nothing is sent yet.
    ///
    /// Throws ``ClientError`` when the passphrase is wrong or the home folder was tampered with.
    public static func unlock(
        _ home: DeviceHome,
        passphrase: Passphrase,
        proxy: ProxyAddress? = nil,
        pace: Pace = .patient
    ) throws -> VaultSession {
        let identity = try DeviceIdentity.read(from: home, passphrase: passphrase)
        guard let state = try DeviceState.read(from: home, with: identity) else {
            throw ClientError(
                .failed,
                "this device has an identity but does not know its vault",
                hint:
                    "run `saksi join` again, with the invitation you were given or a new one: the "
                    + "identity stays the same"
            )
        }
        return try VaultSession(home, identity, state, proxy: proxy, pace: pace)
    }

    init(
        _ home: DeviceHome,
        _ identity: DeviceIdentity,
        _ state: DeviceState,
        proxy: ProxyAddress?,
        pace: Pace
    ) throws {
        guard let keys = state.knownLogKeys else {
            throw ClientError(.failed, "the keys of the vault are malformed")
        }
        self.home = home
        self.identity = identity
        connection = try Connection(
            to: try VaultAddress(parsing: state.address),
            keys: PinnedTLS(state.tlsKey.hashes),
            proxy: proxy,
            pace: pace
        )
        signer = RequestSigner(identity: identity)
        log = LogView(connection: connection, origin: state.vault, keys: KnownLogKeys(keys))
        trust = Trust(home: home, identity: identity, log: log, state: state)
        receipts = Receipts(
            log: log,
            trust: trust,
            follower: LogKeyFollower(log: log, trust: trust, signer: signer)
        )
        members = Members(connection: connection, signer: signer, receipts: receipts, trust: trust)
    }

    /// Ends all connections.
    public func close() async {
        await connection.close()
    }

    /// Runs an act and ends all connections, whether it went well or not.
    func closing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            let result = try await body()
            await close()
            return result
        } catch {
            await close()
            throw error
        }
    }

    /// What this device is, and what it last saw.
    public func card() async -> DeviceCard {
        let state = await trust.state
        return DeviceCard(
            vault: state.vault,
            address: state.address,
            predecessor: state.predecessor,
            role: state.role,
            fingerprint: identity.fingerprint,
            person: identity.person,
            recipient: identity.record.recipient,
            logKey: log.keys.value.current.text,
            entries: state.head.size,
            root: state.head.root.hex,
            witnesses: state.witnessing(of: state.newest)
        )
    }

    /// Asks for the vault's newest head and makes sure that it continues the one this device knows.
    ///
    /// Where the log has grown, the device follows the vault's policy, too.
    func catchUp() async throws -> Head { try await newest().head }

    /// The vault's newest checkpoint and its head, as ``catchUp()`` takes it.
    func newest() async throws -> (note: SignedNote, head: Head) {
        let floor = await trust.head
        let note = try await log.newest()
        try await receipts.follower.follow(note)
        let head = try log.head(of: note)
        try await trust.accept(head, note, floor: floor)
        try await followPolicy(to: head)
        return (note, head)
    }

    /// Signs an act as this device's person, with the time of this device's clock.
    func sign(_ act: Act) async throws -> SignedStatement {
        let statement = Statement(
            vault: await trust.state.vault,
            time: UTCTime(seconds: VaultClock.deviceTime),
            actor: identity.fingerprint,
            nonce: SystemEntropy().bytes(32),
            act: act
        )
        return try SignedStatement.sign(statement, with: [identity.noteSigner()])
    }

    /// Posts a statement and returns once its receipt was checked.
    ///
    /// The head is checked first: a vault that forked or went back learns of no further act.
    func post(_ statement: SignedStatement) async throws -> LoggedEntry {
        let floor = try await catchUp()
        let question = Request(
            method: .post,
            path: "/v1/statements",
            body: .bytes(ByteBuffer(bytes: statement.note.bytes)),
            isSigned: false
        )
        let answer = try await tellingOfFreeze { try await connection.send(question) }
        let logged = try await receipts.verified(answer.bytes, for: statement, floor: floor)
        // What this device did to a case it knows, the case's next view must show.
        if let id = statement.statement.act.caseID?.hex, await trust.state[id] != nil {
            try await trust.update { $0[id]?.see([logged.index]) }
        }
        if let person = statement.statement.act.rekeyed {
            try await trust.update {
                var people = $0.people ?? [:]
                people[person.hex, default: SeenEntries()].formUnion([logged.index])
                $0.people = people
            }
        }
        // Else the device that changed it could be the one that misses what it changed.
        if case .policy = statement.statement.act { _ = try await governance() }
        return logged
    }

    /// Uploads content under the hash of its bytes.
    func upload(_ kind: ContentKind, _ bytes: [UInt8]) async throws -> Hash {
        let name = Hash(hashing: bytes)
        _ = try await tellingOfFreeze {
            try await connection.send(
                .put(kind, name, .bytes(ByteBuffer(bytes: bytes))),
                as: signer
            )
        }
        return name
    }
}

/// What a device is, for people to compare and for programs to read.
public struct DeviceCard: Encodable, Sendable {
    /// The vault's origin.
    public let vault: String
    /// Where the vault answers.
    public let address: String
    /// The vault whose place it takes, as its genesis says, where it does.
    public let predecessor: KnownPredecessor?
    /// The role this device was invited to.
    public let role: String
    /// The fingerprint of this device's key.
    public let fingerprint: Fingerprint
    /// The person, named by the first key that they enrolled.
    public let person: Fingerprint
    /// The key's age recipient.
    public let recipient: String
    /// The log's key in force, as far as this device saw.
    public let logKey: String
    /// Entries in the newest log head this device saw.
    public let entries: UInt64
    /// That head's root, hexadecimal.
    public let root: String
    /// Who cosigned it, of the witnesses that the vault's policy names.
    public let witnesses: Witnessing
}
