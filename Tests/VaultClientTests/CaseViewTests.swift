// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Foundation
import Secrets
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// A reader's view of a case, from entries that whoever has the log's key could have appended.
@Suite("The view of a case") struct CaseViewTests {
    @Test(
        "counts submissions of the owner, of whom the owner let in, and of whom an invitation did"
    )
    func letIn() throws {
        var story = try Story()
        try story.log(.invite(story.invite()), by: story.owner)
        try story.enrol(story.invited)
        let granted = CaseGrant(caseID: story.id, member: story.other.fingerprint, right: .submit)
        try story.log(.caseGrant(granted), by: story.owner)
        for (place, person) in [story.owner, story.invited, story.other].enumerated() {
            try story.submit("\(place)", by: person)
        }
        #expect(story.view.submissions.count == 3)
    }

    @Test("refuses a submission by a member whom no entry lets in")
    func notLetIn() throws {
        var story = try Story()
        try expectRefusal("is a submission by somebody whom no entry lets in") {
            try story.submit("forged", by: story.other)
        }
        // Being invited to the vault, or to read, is not being let in to submit.
        try story.log(.invite(story.invite(.reader)), by: story.owner)
        try story.enrol(story.invited)
        try expectRefusal("is a submission by somebody whom no entry lets in") {
            try story.submit("forged", by: story.invited)
        }
    }

    @Test("refuses an enrolment by no invitation to this case, or by one that was used or expired")
    func enrolments() throws {
        var story = try Story()
        try expectRefusal("by no open invitation") { try story.enrol(story.invited) }
        try story.log(.invite(story.invite()), by: story.owner)
        try expectRefusal("by an invitation that had expired") {
            var late = story
            late.now = UTCTime(seconds: story.now.seconds + 60)
            try late.enrol(story.invited)
        }
        try story.enrol(story.invited)
        try expectRefusal("by no open invitation") { try story.enrol(story.other) }
    }

    @Test("refuses an enrolment that the invitation's key did not sign")
    func unsignedEnrolment() throws {
        var story = try Story()
        try story.log(.invite(story.invite()), by: story.owner)
        let act = Enrol(
            inviteKey: story.inviteSigner.verifierKey.publicKey,
            record: story.invited.record
        )
        try expectRefusal("that the invitation's key did not sign") {
            try story.log(.enrol(act), by: story.invited)
        }
    }

    @Test("refuses what comes before the case was opened, and what is of another case")
    func otherCases() throws {
        var story = try Story(isOpen: false)
        try expectRefusal("keeps back the entry that opened case") {
            try story.submit("early", by: story.owner)
        }
        try story.open()
        let other = try #require(CaseID([UInt8](repeating: 9, count: 16)))
        let grant = CaseGrant(caseID: other, member: story.other.fingerprint, right: .submit)
        try expectRefusal("is of another case") {
            try story.log(.caseGrant(grant), by: story.owner)
        }
        let consent = Consent(record: Hash(hashing: [9]), classes: [])
        try expectRefusal("is a consent to no submission here") {
            try story.log(.consent(consent), by: story.owner)
        }
    }

    @Test("refuses acts of readers by others, another epoch, and a record twice")
    func rules() throws {
        var story = try Story()
        try story.submit("one", by: story.owner)
        let record = Hash(hashing: Array("one".utf8))
        let access = Access(caseID: story.id, purpose: "x", scope: .all, records: [record])
        try expectRefusal("is the act of a reader by somebody who is none") {
            try story.log(.access(access), by: story.other)
        }
        try expectRefusal("submits a record a second time") {
            try story.submit("one", by: story.owner)
        }
        try expectRefusal("is sealed to another epoch") {
            try story.submit("two", by: story.owner, epoch: 2)
        }
    }

    @Test("refuses a grant of the right to read when the one before it is kept back")
    func grantsInARow() throws {
        var story = try Story()
        let member = story.other.fingerprint
        let keyrings = (1...3).map { Hash(hashing: [UInt8($0)]) }
        func grant(_ keyring: Hash, replacing previous: Hash) -> Act {
            .caseGrant(
                CaseGrant(
                    caseID: story.id,
                    member: member,
                    right: .read,
                    keyring: keyring,
                    replacing: previous
                )
            )
        }
        try expectRefusal("replaces another keyring than the one before") {
            var story = story
            try story.log(grant(keyrings[2], replacing: keyrings[1]), by: story.owner)
        }
        try story.log(grant(keyrings[1], replacing: keyrings[0]), by: story.owner)
        try story.log(grant(keyrings[2], replacing: keyrings[1]), by: story.owner)
        #expect(story.view.keyring == keyrings[2])
    }

    @Test("remembers entries so that each that is missing is named")
    func seen() throws {
        var seen = SeenEntries()
        seen.formUnion([7, 3])
        seen.formUnion([3, 9])
        #expect(seen.indices == [3, 7, 9])
        #expect(seen.missing(from: [0, 3, 7, 8, 9]) == nil)
        #expect(seen.missing(from: [3, 9]) == 7)
        let json = try JSONEncoder().encode(seen)
        #expect(String(decoding: json, as: UTF8.self) == "[3,4,2]")
        #expect(try JSONDecoder().decode(SeenEntries.self, from: json) == seen)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(SeenEntries.self, from: Data("[3,0]".utf8))
        }
    }

    private func expectRefusal(
        _ words: String,
        _ location: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) throws {
        let error = #expect(throws: ClientError.self, sourceLocation: location) { try body() }
        #expect(error?.code == .untrusted, sourceLocation: location)
        let message = error?.message ?? ""
        #expect(message.contains(words), "\(message)", sourceLocation: location)
    }
}

/// A case whose log is written by hand, and a reader's view of it.
private struct Story {
    let id: CaseID
    let owner: Somebody
    let invited: Somebody
    let other: Somebody
    let inviteSigner: NoteSigner
    var now = UTCTime(seconds: 1_800_000_000)
    var view: CaseView

    init(isOpen: Bool = true) throws {
        id = try #require(CaseID([UInt8](repeating: 1, count: 16)))
        (owner, invited, other) = (try Somebody(), try Somebody(), try Somebody())
        inviteSigner = try Invitation.signer(seed: SystemEntropy().bytes(32))
        view = CaseView(id: id, viewer: try Somebody().fingerprint)
        if isOpen { try open() }
    }

    mutating func open() throws {
        let act = CaseOpen(
            caseID: id,
            recipient: owner.record.recipient,
            keyring: Hash(hashing: [1])
        )
        try log(.caseOpen(act), by: owner)
    }

    func invite(_ role: Role = .submitter) -> Invite {
        Invite(
            role: role,
            caseID: id,
            inviteKey: inviteSigner.verifierKey.publicKey,
            expires: UTCTime(seconds: now.seconds + 60)
        )
    }

    mutating func enrol(_ person: Somebody) throws {
        let act = Enrol(inviteKey: inviteSigner.verifierKey.publicKey, record: person.record)
        try log(.enrol(act), by: person, also: [inviteSigner])
    }

    mutating func submit(_ label: String, by person: Somebody, epoch: UInt64 = 1) throws {
        let act = Submit(
            caseID: id,
            epoch: epoch,
            record: Hash(hashing: Array(label.utf8)),
            commitments: Hash(hashing: Array("list \(label)".utf8))
        )
        try log(.submit(act), by: person)
    }

    mutating func log(_ act: Act, by person: Somebody, also: [NoteSigner] = []) throws {
        let statement = Statement(
            vault: "vault.test",
            time: now,
            actor: person.fingerprint,
            nonce: SystemEntropy().bytes(32),
            act: act
        )
        let signed = try SignedStatement.sign(statement, with: [person.signer] + also)
        let entry = Entry(accepting: signed, at: now)
        try view.add(
            LoggedEntry(entry: entry, index: UInt64(view.entries.count) + 10, receipt: []),
            by: KeyHolder(person: person.fingerprint, root: person.fingerprint)
        )
    }
}

/// A member's keys.
private struct Somebody {
    let signer: NoteSigner
    let record: IdentityRecord

    var fingerprint: Fingerprint { record.fingerprint }

    init() throws {
        let seed = SystemEntropy().bytes(32)
        record = try IdentityRecord(
            signing: NoteSigner(name: "key", seed: seed).verifierKey.publicKey,
            recipient: HybridIdentity(random: SystemEntropy()).recipient.text,
            mail: seed
        )
        signer = try NoteSigner(name: record.fingerprint.hex, seed: seed)
    }
}
