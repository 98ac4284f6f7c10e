// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Foundation
import Testing
import Vault

@testable import VaultClient

@Suite("New keys on new devices")
struct ReplacedKeysTests {
    /// A case with a second reader, `monitor`, and one submission.
    private func withReader(_ body: (World, CaseID, Fingerprint) async throws -> Void) async throws
    {
        try await World.run { world in
            let id = try await world.peopled()
            let monitor = try await world.reader("monitor")
            try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            try await world.submit("before", to: id)
            try await body(world, id, monitor)
        }
    }

    @Test("a seized reader's new device is that person, and opens what the owner grants it")
    func replaced() async throws {
        try await withReader { world, id, monitor in
            let request = try world.request("new", for: monitor)
            let grant = try await world.replace(monitor, by: request)
            guard case .logged = grant.decision else {
                Issue.record("one administrator was not enough")
                return
            }
            try await world.join("new", by: grant)
            try await world.act(as: "new") { session in
                #expect(session.identity.person == monitor)
                #expect(await session.card().role == "reader")
            }
            // The device in the wrong hands is nobody's.
            let refused = await #expect(throws: ClientError.self) {
                try await world.act(as: "monitor") { try await $0.list(id.hex) }
            }
            #expect(refused?.code == .refused)
            let closed = await #expect(throws: ClientError.self) {
                try await world.act(as: "new") { try await $0.list(id.hex) }
            }
            #expect(closed?.hint?.contains("saksi case grant") == true, "\(closed as Any)")
            // A rotation leaves out a key that the owner has not compared: administrators read nothing.
            let notices = Notices()
            _ = try await world.act(as: "lawyer") {
                try await $0.rotate(id.hex, reason: .compromise, notice: { notices.add($0) })
            }
            #expect(notices.all.count == 1)
            let notice = try #require(notices.all.first)
            #expect(notice.contains("a new key of \(monitor.grouped)"), "\(notice)")
            let command = "saksi case grant \(id.hex) \(request.fingerprint.hex)"
            #expect(notice.contains(command), "\(notice)")
            let keys = try await world.act(as: "new") { $0.identity.openers }
            #expect(try await world.keyring(of: id).isOpened(by: keys) == [false])
            let uncompared = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            }
            #expect(uncompared?.message.contains(request.fingerprint.grouped) == true)
            try await world.act(as: "lawyer") {
                try await $0.grant(request.fingerprint, .read, in: id.hex)
            }
            #expect(try await world.act(as: "new") { try await $0.list(id.hex) }.count == 1)
            let silence = Notices()
            _ = try await world.act(as: "lawyer") {
                try await $0.rotate(id.hex, reason: .planned, notice: { silence.add($0) })
            }
            #expect(silence.all == [])
            #expect(try await world.act(as: "new") { try await $0.list(id.hex) }.count == 1)
            let view = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            #expect(view.readers.count == 2)
        }
    }

    @Test("two administrators replace a submitter's keys, each step run twice, and rights stay")
    func together() async throws {
        try await withReader { world, id, _ in
            let activist = try await world.act(as: "activist") { $0.identity.person }
            let invitation = try await world.act(as: "admin") {
                try await $0.invite(role: .admin, to: nil, for: 3600).text
            }
            try await world.join("chair", by: Invitation(parsing: invitation))
            _ = try await world.act(as: "admin") {
                try await $0.changePolicy(for: 60) { $0.quorums[.replace] = 2 }
            }
            let request = try world.request("new", for: activist)
            #expect(try world.request("new", for: activist).fingerprint == request.fingerprint)
            var ids: Set<String> = []
            var grant = try await world.replace(activist, by: request)
            for _ in 1...2 {
                guard case .proposed(let card) = grant.decision else {
                    Issue.record("one administrator replaced keys alone")
                    return
                }
                ids.insert(card.id)
                let early = await #expect(throws: ClientError.self) {
                    try await world.join("new", by: grant)
                }
                #expect(early?.code == .refused, "\(early as Any)")
                grant = try await world.replace(activist, by: request)
            }
            #expect(ids.count == 1)
            let proposal = try #require(ids.first.flatMap { Hash(hex: $0) })
            _ = try await world.act(as: "chair") { try await $0.approve(proposal) }
            guard case .logged = try await world.replace(activist, by: request).decision else {
                Issue.record("two administrators did not replace")
                return
            }
            try await world.join("new", by: grant)
            let again = await #expect(throws: ClientError.self) {
                try await world.join("new", by: grant)
            }
            #expect(again?.message.contains("has joined") == true)
            // The device knows the case's owner only once somebody says so.
            let lawyer = try await world.act(as: "lawyer") { $0.identity.person }
            let unknown = await #expect(throws: ClientError.self) {
                try await world.submit("after", to: id, as: "new")
            }
            #expect(unknown?.message.contains("only from the vault") == true)
            _ = try await world.act(as: "new") { try await $0.trustOwner(lawyer, of: id.hex) }
            try await world.submit("after", to: id, as: "new")
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.map(\.items.count) == [1, 1])
            let status = try await world.act(as: "new") { try await $0.status() }
            #expect(status.map(\.submissions.count) == [2])
        }
    }

    @Test("an owner's further device is the owner, also when the first is seized and replaced")
    func devices() async throws {
        try await withReader { world, id, monitor in
            let lawyer = try await world.act(as: "lawyer") { $0.identity.person }
            let laptop = try world.request("laptop", for: lawyer)
            var added = try await world.addDevice(laptop)
            guard case .proposed(let card) = added.decision else {
                Issue.record("nobody countersigned")
                return
            }
            let proposal = try #require(Hash(hex: card.id))
            _ = try await world.act(as: "admin") { try await $0.approve(proposal) }
            added = try await world.addDevice(laptop)
            #expect(added.opened == [id.hex] && added.closed == [])
            try await world.join("laptop", by: added)
            #expect(try await world.act(as: "laptop") { try await $0.list(id.hex) }.count == 1)
            try await world.act(as: "laptop") { try await $0.grant(monitor, .read, in: id.hex) }
            // One person: nothing is to be compared again.
            try await world.submit("between", to: id)

            let phone = try world.request("phone", for: lawyer)
            let grant = try await world.act(as: "admin") {
                try await $0.replaceKeys(
                    of: laptop.fingerprint,
                    by: phone,
                    compared: phone.fingerprint,
                    ending: [lawyer],
                    for: 60
                )
            }
            try await world.join("phone", by: grant)
            try await world.act(as: "laptop") {
                try await $0.grant(phone.fingerprint, .read, in: id.hex)
            }
            #expect(try await world.act(as: "phone") { try await $0.list(id.hex) }.count == 2)
            try await world.submit("still", to: id)
            // What administrators gave is for people to compare, once it acts as the owner.
            _ = try await world.act(as: "phone") {
                try await $0.rotate(id.hex, reason: .compromise)
            }
            let stopped = await #expect(throws: ClientError.self) {
                try await world.submit("after", to: id)
            }
            #expect(stopped?.code == .failed)
            #expect(stopped?.message.contains(phone.fingerprint.grouped) == true)
            #expect(stopped?.hint?.contains("saksi case trust") == true)
            let wrong = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") { try await $0.trustOwner(monitor, of: id.hex) }
            }
            #expect(wrong?.code == .untrusted)
            let trusted = try await world.act(as: "activist") {
                try await $0.trustOwner(phone.fingerprint, of: id.hex)
            }
            #expect(trusted.owner == lawyer && trusted.before == lawyer)
            try await world.submit("after", to: id)
            #expect(try await world.act(as: "laptop") { try await $0.list(id.hex) }.count == 4)
            #expect(try await world.act(as: "monitor") { try await $0.list(id.hex) }.count == 4)
        }
    }

    @Test("an owner's device seals nothing to whom a key let in that only administrators vouch for")
    func hijacked() async throws {
        try await withReader { world, id, monitor in
            let lawyer = try await world.act(as: "lawyer") { $0.identity.person }
            let accomplice = try await world.reader("accomplice")
            let request = try world.request("hijacker", for: lawyer)
            let rekey = request.rekey(
                expires: UTCTime(seconds: VaultClock.deviceTime + 60),
                reason: .replace,
                ends: []
            )
            _ = try await world.act(as: "admin") { try await $0.decide(.rekey(rekey)) }
            try await world.join("hijacker", by: try await world.replace(lawyer, by: request))
            try await world.act(as: "hijacker") { session in
                let act = CaseGrant(
                    caseID: id,
                    member: accomplice,
                    right: .read,
                    keyring: try await session.upload(.keyrings, Array("nothing".utf8)),
                    replacing: try await session.view(of: id).keyring
                )
                _ = try await session.post(try await session.sign(.caseGrant(act)))
            }
            let rotation = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.rotate(id.hex, reason: .planned) }
            }
            let grant = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            }
            for error in [rotation, grant] {
                #expect(error?.code == .failed)
                let words = request.fingerprint.grouped
                #expect(error?.message.contains(words) == true, "\(error as Any)")
            }
        }
    }

    @Test("a case that administrators gave to another owner is submitted to once that was compared")
    func recovered() async throws {
        try await withReader { world, id, monitor in
            let recover = CaseRecover(
                expires: UTCTime(seconds: VaultClock.deviceTime + 60),
                caseID: id,
                owner: monitor
            )
            _ = try await world.act(as: "admin") { try await $0.decide(.caseRecover(recover)) }
            let stopped = await #expect(throws: ClientError.self) {
                try await world.submit("after", to: id)
            }
            #expect(stopped?.code == .failed, "\(stopped as Any)")
            #expect(stopped?.hint?.contains("saksi case trust") == true)
            _ = try await world.act(as: "activist") { try await $0.trustOwner(monitor, of: id.hex) }
            try await world.submit("after", to: id)
        }
    }

    @Test("a submitter's status shows what was submitted from each of the devices")
    func status() async throws {
        try await withReader { world, id, _ in
            let activist = try await world.act(as: "activist") { $0.identity.person }
            let second = try world.request("second", for: activist)
            let added = try await world.addDevice(second, as: "activist")
            guard case .proposed(let card) = added.decision else { return }
            let proposal = try #require(Hash(hex: card.id))
            _ = try await world.act(as: "admin") { try await $0.approve(proposal) }
            try await world.join("second", by: added)
            let lawyer = try await world.act(as: "lawyer") { $0.identity.person }
            _ = try await world.act(as: "second") { try await $0.trustOwner(lawyer, of: id.hex) }
            try await world.submit("after", to: id, as: "second")
            for name in ["activist", "second"] {
                let status = try await world.act(as: name) { try await $0.status() }
                #expect(status.map(\.submissions.count) == [2])
            }
        }
    }

    @Test("a request with another key than was compared, or of somebody else, is refused")
    func requests() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let activist = try await world.act(as: "activist") { $0.identity.person }
            let lawyer = try await world.act(as: "lawyer") { $0.identity.person }
            let request = try world.request("new", for: activist)
            let other = try world.request("other", for: activist, in: "other.test")
            let stolen = KeyRequest(
                vault: request.vault,
                person: request.person,
                possession: other.possession,
                record: request.record
            )
            for (member, request, compared, words) in [
                (activist, request, lawyer, "than the one that was compared"),
                (lawyer, request, request.fingerprint, "another person"),
                (activist, other, other.fingerprint, "another vault"),
                (activist, stolen, stolen.fingerprint, "is not signed by the key"),
            ] {
                let error = await #expect(throws: ClientError.self) {
                    try await world.act(as: "admin") {
                        try await $0.replaceKeys(
                            of: member,
                            by: request,
                            compared: compared,
                            ending: [],
                            for: 60
                        )
                    }
                }
                #expect(error?.code == .failed)
                #expect(error?.message.contains(words) == true, "\(error as Any)")
            }
            let joined = #expect(throws: ClientError.self) {
                try world.request("activist", for: activist)
            }
            #expect(joined?.message.contains("has joined") == true)
        }
    }
}

extension World {
    /// Makes keys on a new device, or takes those that are there.
    func request(
        _ name: String,
        for person: Fingerprint,
        in vault: String = "vault.test"
    ) throws -> KeyRequest {
        try home(name).requestKey(for: person, in: vault) { (Self.passphrase(name), .quick) }
    }

    fileprivate func replace(
        _ person: Fingerprint,
        by request: KeyRequest
    ) async throws -> KeyGrant {
        try await act(as: "admin") {
            try await $0.replaceKeys(
                of: person,
                by: request,
                compared: request.fingerprint,
                ending: [],
                for: 3600
            )
        }
    }

    fileprivate func addDevice(
        _ request: KeyRequest,
        as name: String = "lawyer"
    ) async throws -> KeyGrant {
        try await act(as: name) {
            try await $0.addDevice(by: request, compared: request.fingerprint, for: 3600)
        }
    }

    fileprivate func join(_ name: String, by grant: KeyGrant) async throws {
        _ = try await VaultSession.join(
            Welcome(parsing: grant.welcome),
            home: home(name),
            passphrase: Self.passphrase(name),
            pace: .eager
        )
    }

    func submit(_ text: String, to id: CaseID, as name: String = "activist") async throws {
        let file = try folder.write(text, Array(text.utf8))
        _ = try await act(as: name) {
            try await $0.submit(
                SubmissionRequest(caseName: id.hex, files: [file], consent: [.court])
            )
        }
    }
}
