// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Vault

/// The envelopes of a case on their way to its next key.
///
/// While the cores seal one page anew, the next one comes from the vault, and a pack that is full goes to
/// it: two pages and two packs are in memory, whatever the size of the case.
struct Rewrap {
    /// Envelopes that a core takes at once.
    private static let share = 32

    let job: RotationJob
    let reading: CaseReading
    /// The statement that releases records and envelopes.
    let access: Hash
    /// Told the objects that are done, of all.
    let progress: @Sendable (UInt64, UInt64) -> Void

    private var session: VaultSession { reading.session }
    private var view: CaseView { reading.view }
    private var epoch: UInt64 { view.epoch + 1 }

    /// Seals anew what is in no pack yet, and uploads it.
    ///
    /// - Throws: ``OtherObjects`` where the vault shows other objects than the view has.
    func run() async throws {
        if job.state.epoch == nil {
            let page = try await EnvelopeSource.page(of: reading, after: Stretch.start, access)
            try await job.record(.begun(epoch: epoch, objects: page.total ?? 0))
        }
        try await dropOutdated()
        report(job.state.done)
        for stretch in try job.state.gaps { try await fill(stretch) }
    }

    private func report(_ done: Int) {
        progress(UInt64(done), max(job.state.total, UInt64(done)))
    }

    /// Drops the packs that the vault has collected, or that hold what was erased since.
    private func dropOutdated() async throws {
        let erasures = view.entries.compactMap { logged -> (index: UInt64, leaf: UInt64)? in
            guard case .erase(let erase) = logged.statement.act,
                let recorded = view.records.first(where: { $0.name == erase.record })
            else { return nil }
            return (logged.index, recorded.index)
        }
        var outdated: [String] = []
        for pack in job.state.packs {
            let stretch = try Stretch(of: pack)
            var isUseful = !erasures.contains { pack.seen < $0.index && stretch.meets($0.leaf) }
            if isUseful { isUseful = try await isStored(pack.hash) }
            if !isUseful { outdated.append(pack.hash) }
        }
        if !outdated.isEmpty { try await job.record(.dropped(outdated)) }
    }

    private func isStored(_ pack: String) async throws -> Bool {
        let question = Request(method: .head, path: "/v1/packs/\(pack)")
        return try await session.connection.send(
            question,
            as: session.signer,
            allowsMissing: true
        ).status == 200
    }

    private func fill(_ stretch: Stretch) async throws {
        let source = EnvelopeSource(stretch, of: reading, access)
        var packing = Packing(stretch, caseID: view.id, epoch: epoch, seen: view.lastIndex)
        var done = job.state.done
        try await withThrowingTaskGroup(of: RewrappedPack.self) { uploads in
            var page = try await source.next()
            var isUploading = false
            while let found = page {
                async let following = source.next()
                for (place, envelope) in try await sealed(found) {
                    guard let full = packing.add(place, envelope) else { continue }
                    if isUploading { try await keep(&uploads) }
                    isUploading = true
                    uploads.addTask { [session] in try await Self.upload(full, session) }
                }
                done += found.count
                report(done)
                page = try await following
            }
            if let last = packing.finish() {
                uploads.addTask { [session] in try await Self.upload(last, session) }
            }
            while try await keep(&uploads) {}
        }
    }

    /// Takes note of the next pack that the vault has.
    @discardableResult private func keep(
        _ uploads: inout ThrowingTaskGroup<RewrappedPack, any Error>
    ) async throws -> Bool {
        guard let pack = try await uploads.next() else { return false }
        try await job.record(.pack(pack))
        return true
    }

    private static func upload(
        _ pack: Packing.Full,
        _ session: VaultSession
    ) async throws -> RewrappedPack {
        let hash = try await session.upload(.packs, pack.bytes)
        return RewrappedPack(
            hash: hash.hex,
            after: pack.after.text,
            through: pack.through.text,
            objects: pack.objects,
            lost: pack.lost,
            seen: pack.seen
        )
    }

    /// The new envelopes in the order of the old ones; none for one that does not open.
    private func sealed(
        _ found: [FoundEnvelope]
    ) async throws -> [(place: ObjectPlace, envelope: [UInt8]?)] {
        let recipient = job.next.recipient
        let identities = reading.identities.map { identity -> any Identity in
            (identity as? HybridIdentity).map { ExpandedIdentity($0) } ?? identity
        }
        return try await withThrowingTaskGroup(of: (Int, [[UInt8]?]).self) { group in
            for start in stride(from: 0, to: found.count, by: Self.share) {
                let few = found[start..<min(start + Self.share, found.count)]
                group.addTask {
                    try Task.checkCancellation()
                    let envelopes = try few.map { try $0.sealed(for: recipient, identities) }
                    return (start, envelopes)
                }
            }
            var shares: [Int: [[UInt8]?]] = [:]
            for try await (start, envelopes) in group { shares[start] = envelopes }
            let envelopes = shares.sorted { $0.key < $1.key }.flatMap(\.value)
            return zip(found, envelopes).map { ($0.place, $1) }
        }
    }
}

/// Envelopes that follow each other, put into packs.
private struct Packing {
    /// A pack that is full, and the stretch that it holds.
    struct Full: Sendable {
        let bytes: [UInt8]
        let after: ObjectPlace
        let through: ObjectPlace
        let objects: Int
        let lost: [String]
        let seen: UInt64
    }

    private var writer: RewrapPack.Writer
    private let seen: UInt64
    private var after: ObjectPlace
    private var through: ObjectPlace
    private var objects = 0
    private var lost: [String] = []

    init(_ stretch: Stretch, caseID: CaseID, epoch: UInt64, seen: UInt64) {
        writer = RewrapPack.Writer(caseID: caseID, epoch: epoch)
        self.seen = seen
        after = stretch.after
        through = stretch.after
    }

    /// Adds an envelope, or takes note that an object could not be opened.
    ///
    /// - Returns: A pack that is full; the envelope is in the next one then.
    mutating func add(_ place: ObjectPlace, _ envelope: [UInt8]?) -> Full? {
        let bytes = writer.add(place.object, envelope)
        let full = bytes.map { take($0) }
        through = place
        objects += 1
        if envelope == nil { lost.append(place.object.hex) }
        return full
    }

    /// The last pack; `nil` where nothing was added since the one before.
    mutating func finish() -> Full? { writer.finish().map { take($0) } }

    private mutating func take(_ bytes: [UInt8]) -> Full {
        defer {
            after = through
            objects = 0
            lost = []
        }
        return Full(
            bytes: bytes,
            after: after,
            through: through,
            objects: objects,
            lost: lost,
            seen: seen
        )
    }
}

extension CaseReading {
    /// Has the envelopes of the whole case released, to change its key.
    func accessToEnvelopes() async throws -> Hash {
        let act = Access(caseID: view.id, purpose: "rotate", scope: .envelopes, records: [])
        return try await session.post(try await session.sign(.access(act))).entry.signed.id
    }
}

extension CaseView {
    /// The last entry that is known.
    fileprivate var lastIndex: UInt64 { entries.last?.index ?? 0 }
}
