// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Logging
import Synchronization
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

/// A vault in a temporary folder, with one administrator who makes statements.
struct SequencerVault {
    let folder: String
    let signer: NoteSigner
    let clock = TestClock()

    init(in folder: String) throws {
        self.folder = folder
        signer = try NoteSigner(name: "vault.example/log", seed: [UInt8](repeating: 7, count: 32))
    }

    var indexPath: String { folder + "/index.sqlite" }

    /// The genesis.
    func genesis() throws -> SignedStatement {
        let genesis = try Genesis(
            logKey: signer.verifierKey,
            tlsKey: Hash(hashing: []),
            inviteKey: TestPerson.inviteKey(0),
            inviteExpires: .latest
        )
        return try sign(.genesis(genesis), by: genesis.actor, with: [signer])
    }

    /// A statement like no other, which becomes the entry of its number when it is sent in turn.
    ///
    /// The first enrols the administrator, who then gives out invitations.
    func statement(_ number: Int) throws -> [UInt8] {
        let admin = try TestPerson(seed: 1)
        guard number > 1 else {
            let enrol = try Enrol(inviteKey: TestPerson.inviteKey(0), record: admin.record)
            return try sign(
                .enrol(enrol),
                by: admin.record.fingerprint,
                with: [admin.signer, TestPerson.inviteSigner(0)]
            ).note.bytes
        }
        let invite = try Invite(
            role: .auditor,
            caseID: nil,
            inviteKey: TestPerson.inviteKey(number),
            expires: .latest
        )
        return try sign(.invite(invite), by: admin.record.fingerprint, with: [admin.signer], number)
            .note.bytes
    }

    /// An invitation in the administrator's name that somebody else signed, as if it had been checked.
    func forgery(number: Int) throws -> Candidate {
        let admin = try TestPerson(seed: 1).record.fingerprint
        let invite = try Invite(
            role: .admin,
            caseID: nil,
            inviteKey: TestPerson.inviteKey(number),
            expires: .latest
        )
        let forger = try NoteSigner(name: admin.hex, seed: [UInt8](repeating: 99, count: 32))
        let signed = try sign(.invite(invite), by: admin, with: [forger], number)
        let entry = Entry(accepting: signed, at: clock.now())
        return Candidate(
            statement: VerifiedStatement(trusting: entry),
            content: .nothing,
            holds: []
        )
    }

    /// Signs an act.
    func sign(
        _ act: Act,
        by actor: Fingerprint,
        with signers: [NoteSigner],
        _ number: Int = 0
    ) throws -> SignedStatement {
        let statement = Statement(
            vault: "vault.example/log",
            time: clock.now(),
            actor: actor,
            nonce: Hash(hashing: "\(number)".utf8).bytes,
            act: act
        )
        return try SignedStatement.sign(statement, with: signers)
    }

    func create(_ engine: StorageEngine? = nil) async throws {
        let free = engine == nil ? try await freeEngine(in: folder) : nil
        _ = try await OpenVault.create(
            in: try #require(engine ?? free),
            index: indexPath,
            signer: signer,
            genesis: genesis(),
            logger: Self.logger,
            now: clock.now
        )
    }

    func open(
        _ engine: StorageEngine? = nil,
        signers: LogSigners? = nil,
        flushCount: Int = 1,
        poolLimit: Int = 4096,
        poolMemory: Int = 1 << 20,
        retryAfter: Duration = .seconds(1)
    ) async throws -> OpenVault {
        var options = OpenVault.Options()
        let free = engine == nil ? try await freeEngine(in: folder) : nil
        options.sequencer.flushCount = flushCount
        options.sequencer.poolLimit = poolLimit
        options.sequencer.poolMemory = poolMemory
        options.sequencer.groupInterval = .milliseconds(1)
        options.sequencer.settleInterval = .milliseconds(1)
        options.sequencer.retryAfter = retryAfter
        return try await OpenVault.open(
            try #require(engine ?? free),
            index: indexPath,
            signers: signers ?? LogSigners(signer),
            options: options,
            logger: Self.logger,
            now: clock.now
        )
    }

    /// Opens the vault, submits statements one after the other, and closes it.
    func submit(_ numbers: ClosedRange<Int>) async throws {
        let open = try await open()
        for number in numbers { _ = try await open.sequencer.submit(statement(number)) }
        await open.close()
    }

    /// Submits statements in one round, in any order.
    func submitTogether(_ numbers: ClosedRange<Int>) async throws {
        let open = try await open(flushCount: numbers.count)
        try await withThrowingTaskGroup { group in
            for number in numbers {
                group.addTask { _ = try await open.sequencer.submit(statement(number)) }
            }
            try await group.waitForAll()
        }
        await open.close()
    }

    func check(deep: Bool = true, keys: [VerifierKey]? = nil) async throws -> CheckReport {
        try await VaultCheck(
            await freeEngine(in: folder),
            index: indexPath,
            keys: keys ?? [signer.verifierKey],
            deep: deep,
            logger: Self.logger
        ).run()
    }

    /// The size that a receipt's checkpoint has, after the receipt was verified as a client would.
    @discardableResult func verify(_ receipt: TlogProof) throws -> Checkpoint {
        _ = try receipt.checkpoint.verified(by: [signer.verifierKey])
        let checkpoint = try Checkpoint(parsing: receipt.checkpoint.text)
        let entry = try #require(receipt.extra)
        let inclusion = InclusionProof(
            index: receipt.index,
            treeSize: checkpoint.size,
            hashes: receipt.hashes
        )
        try inclusion.verify(leaf: MerkleTree.leafHash(entry), root: checkpoint.root)
        return checkpoint
    }

    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

/// A clock that stands where it is put.
final class TestClock: Sendable {
    private let time = Mutex(UTCTime(seconds: 1_795_240_242))

    var now: @Sendable () -> UTCTime { { self.time.withLock { $0 } } }

    func set(_ seconds: Int64) { time.withLock { $0 = UTCTime(seconds: seconds) } }
}

/// Someone with keys, made from a number.
struct TestPerson {
    let signer: NoteSigner
    let record: IdentityRecord

    init(seed: UInt8) throws {
        let seed = [UInt8](repeating: seed, count: 32)
        let key = try NoteSigner(name: "key", seed: seed).verifierKey
        record = try IdentityRecord(
            signing: key.publicKey,
            recipient: TestPerson.recipient,
            mail: seed
        )
        signer = try NoteSigner(name: record.fingerprint.hex, seed: seed)
    }

    static func inviteSigner(_ number: Int) throws -> NoteSigner {
        let seed = Hash(hashing: "invite \(number)".utf8).bytes
        let key = try NoteSigner(name: "key", seed: seed).verifierKey.publicKey
        return try NoteSigner(name: Invite.keyName(key), seed: seed)
    }

    static func inviteKey(_ number: Int) throws -> [UInt8] {
        try inviteSigner(number).verifierKey.publicKey
    }

    /// The Bech32 text of a post-quantum recipient whose 1216 bytes are zero.
    static let recipient: String = {
        let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        let prefix = Array("age1pq".utf8)
        let data = [UInt8](repeating: 0, count: 1946)
        var checksum: UInt32 = 1
        let expanded = prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 }
        for value in expanded + data + [0, 0, 0, 0, 0, 0] {
            let top = checksum >> 25
            checksum = (checksum & 0x1ff_ffff) << 5 ^ UInt32(value)
            let generator: [UInt32] = [
                0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
            ]
            for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { checksum ^= generator[bit] }
        }
        checksum ^= 1
        let sum = (0..<6).map { UInt8(checksum >> UInt32(5 * (5 - $0)) & 31) }
        let text = prefix + Array("1".utf8) + (data + sum).map { alphabet[Int($0)] }
        return String(decoding: text, as: UTF8.self)
    }()
}

/// The engine of a folder that another store may have held a moment ago: tasks that have ended let go of
/// what they held a little later.
func freeEngine(in folder: String) async throws(StorageError) -> StorageEngine {
    for _ in 0..<100_000 {
        do throws(StorageError) {
            return try DirectoryStore(at: folder).engine()
        } catch {
            guard error.code == .inUse else { throw error }
            await Task.yield()
        }
    }
    return try DirectoryStore(at: folder).engine()
}
