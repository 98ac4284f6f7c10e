// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Vault

/// The envelopes of a case on their way to its next key.
struct Rewrap {
    /// Envelopes asked for at once.
    private static let window = 8

    let session: VaultSession
    /// What opens the envelopes now.
    let identities: [any Identity]
    /// What will open them.
    let next: HybridIdentity
    let epoch: UInt64
    /// The packs that the vault has.
    private(set) var packs: Set<Hash> = []
    /// Objects that are done.
    private(set) var count = 0
    /// Those among them that could not be opened, and stay as they are.
    private(set) var lost: [ObjectID] = []
    private var done: Set<Hash> = []

    init(
        session: VaultSession,
        identities: [any Identity],
        next: HybridIdentity,
        view: CaseView
    ) {
        self.session = session
        self.identities = identities
        self.next = next
        epoch = view.epoch + 1
    }

    /// Seals anew what is in a case and was not done before, and uploads it.
    mutating func takeOver(
        _ view: CaseView,
        _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
    ) async throws {
        let submissions = view.submissions.filter {
            !$0.isErased() && !done.contains($0.submit.record)
        }
        guard !submissions.isEmpty else { return }
        let reading = CaseReading(session: session, view: view, identities: identities)
        let access = try await reading.accessToEnvelopes()
        var records: [(CaseView.Submitted, SubmissionRecord)] = []
        for submission in submissions {
            let bytes = try await reading.record(submission.submit.record, access)
            records.append((submission, try SubmissionRecord(parsing: bytes)))
        }
        let objects = records.flatMap { submission, record in
            record.objects.filter { !submission.isErased($0.id) }
                .map { ($0, reading.isRewrapped(record)) }
        }
        var writer = RewrapPack.Writer(caseID: view.id, epoch: epoch)
        let total = UInt64(count + objects.count)
        for start in stride(from: 0, to: objects.count, by: Self.window) {
            let few = objects[start..<min(start + Self.window, objects.count)]
            for (object, envelope) in try await sealed(few, reading, access) {
                if envelope == nil { lost.append(object) }
                if let full = writer.add(object, envelope) { try await keep(full) }
                count += 1
            }
            progress(UInt64(count), total)
        }
        if let last = writer.finish() { try await keep(last) }
        done.formUnion(submissions.map(\.submit.record))
    }

    private mutating func keep(_ pack: [UInt8]) async throws {
        packs.insert(try await session.upload(.packs, pack))
    }

    /// The new envelopes of some objects; none for one that does not open.
    private func sealed(
        _ objects: ArraySlice<(ObjectDescription, Bool)>,
        _ reading: CaseReading,
        _ access: Hash
    ) async throws -> [(ObjectID, [UInt8]?)] {
        let (identities, recipient) = (identities, next.recipient)
        return try await withThrowingTaskGroup(of: (ObjectID, [UInt8]?).self) { group in
            for (object, isRewrapped) in objects {
                group.addTask {
                    let envelope = try await reading.envelope(of: object.id, access)
                    let new = try? Envelope.rewrapped(
                        envelope,
                        of: object,
                        with: identities,
                        isRewrapped: isRewrapped,
                        for: recipient
                    )
                    return (object.id, new)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension CaseReading {
    /// Has the envelopes of the whole case released, to change its key.
    fileprivate func accessToEnvelopes() async throws -> Hash {
        let act = Access(caseID: view.id, purpose: "rotate", scope: .envelopes, records: [])
        return try await session.post(try await session.sign(.access(act))).entry.signed.id
    }

    /// An object's envelope, as the vault has it now.
    fileprivate func envelope(of object: ObjectID, _ access: Hash) async throws -> [UInt8] {
        let question = Request(path: "/v1/objects/\(object.hex)/envelope", access: access)
        return try await session.connection.send(question, as: session.signer).bytes
    }
}
