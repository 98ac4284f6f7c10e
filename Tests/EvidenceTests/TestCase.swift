// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Foundation
import Secrets
import Testing
import TransparencyLog
import Vault

@testable import Evidence
@testable import Sealing

/// A person with keys that are the same in every run.
struct Person {
    let record: IdentityRecord
    let signer: NoteSigner

    init(_ byte: UInt8) throws {
        let seed = [UInt8](repeating: byte, count: 32)
        record = try IdentityRecord(
            signing: NoteSigner(name: "key", seed: seed).verifierKey.publicKey,
            recipient: Arrange.identity(byte).recipient.text,
            mail: seed
        )
        signer = try NoteSigner(name: record.fingerprint.hex, seed: seed)
    }
}

/// A log in memory that signs and proves.
struct TestLog {
    static let origin = "vault.example"
    let signer: NoteSigner
    private(set) var leaves: [Hash] = []
    private(set) var entries: [UInt64: Entry] = [:]
    private var nonce: UInt8 = 0

    init() throws {
        signer = try NoteSigner(name: Self.origin, seed: [UInt8](repeating: 77, count: 32))
    }

    var policy: TrustPolicy { TrustPolicy(logs: [.init(key: signer.verifierKey)]) }

    mutating func fill(_ count: Int) {
        for _ in 0..<count { leaves.append(Hash(hashing: [UInt8(leaves.count)])) }
    }

    /// Appends an act, a minute after the last one.
    mutating func append(_ act: Act, by person: Person) throws -> UInt64 {
        nonce += 1
        let time = UTCTime(seconds: Arrange.created.seconds + 60 * Int64(nonce))
        let statement = Statement(
            vault: Self.origin,
            time: time,
            actor: person.record.fingerprint,
            nonce: [UInt8](repeating: nonce, count: 32),
            act: act
        )
        let signed = try SignedStatement.sign(statement, with: [person.signer])
        let entry = Entry(accepting: signed, at: AcceptedRounding.minute.round(time))
        entries[UInt64(leaves.count)] = entry
        leaves.append(entry.leafHash)
        return UInt64(leaves.count - 1)
    }

    /// A receipt at the current size.
    func receipt(_ index: UInt64) throws -> Receipt {
        let checkpoint = try Checkpoint(
            origin: Self.origin,
            size: UInt64(leaves.count),
            root: MerkleTree.root(of: leaves)
        )
        return Receipt(
            entry: try #require(entries[index]),
            index: index,
            hashes: Self.path(Int(index), leaves[...]),
            checkpoint: try SignedNote(
                text: checkpoint.text,
                signatures: [try signer.signature(over: checkpoint.text)]
            )
        )
    }

    /// RFC 6962, section 2.1.1, as it is written there.
    private static func path(_ index: Int, _ leaves: ArraySlice<Hash>) -> [Hash] {
        guard leaves.count > 1 else { return [] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let left = leaves.prefix(split)
        let right = leaves.dropFirst(split)
        return index < split
            ? path(index, left) + [MerkleTree.root(of: right)]
            : path(index - split, right) + [MerkleTree.root(of: left)]
    }
}

/// A case with two submissions, from sealing to the bundle.
struct TestCase {
    let lawyer: Person
    let activist: Person
    var log: TestLog
    var receipts: [UInt64] = []
    var submissions: [(record: SubmissionRecord, commitments: CommitmentList, manifest: Manifest)] =
        []
    var payloads: [ObjectID: (object: SealedObject, segments: [[UInt8]])] = [:]

    /// Hostile ones among them, one that is not UTF-8, one of no bytes, and two that are the same.
    static let names: [[ItemName]] = [
        ["សាក្សី.txt", "../../etc/passwd", "CON", "tiếng Việt.pdf", "empty"].map(name),
        ["large.wav", "LARGE.WAV", "large.wav", "a\nverified: unchanged\u{1b}[2J.txt"].map(name)
            + [ItemName([0xff, 0xfe] + Array(".jpg".utf8)), ItemName([])],
    ]

    /// The export key, the same one in every run.
    static let signer = ExportSigner.random(from: FixedEntropy(seed: 5))

    private static func name(_ text: String) -> ItemName { ItemName(Array(text.utf8)) }

    static func content(_ submission: Int, _ place: Int) -> [UInt8] {
        if submission == 0, place == 4 { return [] }
        let size = submission == 1 && place == 0 ? 150_000 : 1000 * (place + 1)
        return Arrange.bytes(size, seed: UInt64(10 * submission + place))
    }

    /// The paragraphs of a testimony in the place of the first file.
    private let paragraphs: [String]

    /// - Parameter details: what is said of an item, given its submission, its place and the case so far.
    init(
        consent: Set<ConsentClass> = [.court, .un],
        paragraphs: [String] = [],
        details: (Int, Int, TestCase) -> ItemDetails = { _, _, _ in ItemDetails() }
    ) async throws {
        self.paragraphs = paragraphs
        lawyer = try Person(21)
        activist = try Person(22)
        log = try TestLog()
        log.fill(3)
        let key = Arrange.identity(1).recipient
        receipts.append(
            try log.append(
                .caseOpen(
                    CaseOpen(
                        caseID: Arrange.caseID,
                        recipient: key.text,
                        keyring: Hash(hashing: [1])
                    )
                ),
                by: lawyer
            )
        )
        log.fill(2)
        for (number, names) in Self.names.enumerated() {
            let details = names.indices.map { details(number, $0, self) }
            try await submit(UInt8(40 + number), number, names, details, consent: consent)
        }
        let records = submissions.map(\.record.hash)
        receipts.append(
            try log.append(
                .access(
                    Access(
                        caseID: Arrange.caseID,
                        purpose: "review",
                        scope: .all,
                        records: records
                    )
                ),
                by: lawyer
            )
        )
        receipts.append(
            try log.append(
                .access(
                    Access(
                        caseID: Arrange.caseID,
                        purpose: "review",
                        scope: .objects,
                        records: [records[0]],
                        objects: [submissions[0].manifest.items[1].object]
                    )
                ),
                by: lawyer
            )
        )
        receipts.append(
            try log.append(
                .consent(Consent(record: records[1], classes: [.court])),
                by: activist
            )
        )
        receipts.append(
            try log.append(
                .custody(
                    Custody(
                        caseID: Arrange.caseID,
                        record: records[0],
                        event: .presented,
                        occurred: Arrange.created
                    )
                ),
                by: lawyer
            )
        )
        log.fill(1)
    }

    private mutating func submit(
        _ job: UInt8,
        _ number: Int,
        _ names: [ItemName],
        _ details: [ItemDetails],
        consent: Set<ConsentClass>
    ) async throws {
        var items: [ManifestItem] = []
        var objects: [ObjectDescription] = []
        for (place, name) in names.enumerated() {
            let isText = number == 0 && place == 0 && !paragraphs.isEmpty
            let content =
                isText ? Array(paragraphs.joined().utf8) : Self.content(number, place)
            var details = details[place]
            if isText { details.paragraphs = paragraphs }
            let sealed = try await Arrange.seal(.bytes(content), number: place + 1, job: job)
            payloads[sealed.object.description.id] = sealed
            objects.append(sealed.object.description)
            items.append(
                ManifestItem(
                    object: sealed.object.description.id,
                    sha256: sealed.object.sha256,
                    size: sealed.object.size,
                    name: name,
                    type: "application/octet-stream",
                    modified: Arrange.created,
                    role: place == 0 ? .testimony : .file,
                    details: details
                )
            )
        }
        let manifest = try Manifest(
            caseID: Arrange.caseID,
            epoch: 1,
            created: Arrange.created,
            consent: consent,
            items: items,
            secrets: Arrange.job(job)
        )
        let commitments = try manifest.commitments(secrets: Arrange.job(job))
        let sealed = try await Arrange.seal(.bytes(manifest.bytes), number: 0, job: job)
        let record = try SubmissionRecord(
            caseID: Arrange.caseID,
            epoch: 1,
            commitments: commitments.hash,
            objects: [sealed.object.description] + objects
        )
        receipts.append(
            try log.append(
                .submit(
                    Submit(
                        caseID: Arrange.caseID,
                        epoch: 1,
                        record: record.hash,
                        commitments: commitments.hash,
                        classes: consent
                    )
                ),
                by: activist
            )
        )
        log.fill(1)
        submissions.append((record, commitments, manifest))
    }

    func contents(
        items: [Set<Int>?] = [nil, nil],
        withholding: [Withholding] = [],
        for consentClass: ConsentClass = .court,
        without act: ActName? = nil
    ) throws -> BundleContents {
        try BundleContents(
            caseID: Arrange.caseID,
            consentClass: consentClass,
            submissions: zip(submissions, items).enumerated().compactMap { place, pair in
                let (submission, items) = pair
                return items == []
                    ? nil
                    : try BundleContents.Submission(
                        number: place + 1,
                        record: submission.record,
                        commitments: submission.commitments,
                        manifest: submission.manifest,
                        items: items
                    )
            },
            withholding: withholding,
            receipts: receipts.map { try log.receipt($0) }.filter {
                $0.entry.signed.statement.act.name != act
            },
            identities: [lawyer.record, activist.record],
            logKeys: LogKeyHistory(log.signer.verifierKey),
            date: Arrange.created
        )
    }

    func setting(_ profile: ReportProfile) -> ReportSetting {
        ReportSetting(
            profile: profile,
            exporter: lawyer.record.fingerprint,
            software: "saksi 1.2.3"
        )
    }

    /// Lets both submissions go once to a class that their consent does not hold.
    mutating func override(for consentClass: ConsentClass) throws {
        let act = ExportOverride(
            expires: UTCTime(seconds: Arrange.created.seconds + 86_400),
            caseID: Arrange.caseID,
            consentClass: consentClass,
            records: submissions.map(\.record.hash),
            authority: "court-order"
        )
        receipts.append(try log.append(.exportOverride(act), by: lawyer))
    }

    /// Opens every object into what takes it.
    func write(_ writer: some ObjectTaker) throws {
        for file in writer.files {
            let sealed = try #require(payloads[file.object.id])
            var output = try writer.begin(
                file,
                envelope: sealed.object.envelope,
                identities: [Arrange.identity()],
                epoch: 1
            )
            for var segment in sealed.segments {
                try unsafe segment.withUnsafeMutableBytes { try unsafe output.add($0) }
            }
            try writer.finish(output)
        }
    }

    /// Exports to a folder; authorities stamp the log's checkpoint before, and then the seal.
    mutating func export(
        to path: String,
        items: [Set<Int>?] = [nil, nil],
        withholding: [Withholding] = [],
        for consentClass: ConsentClass = .court,
        stampedBy authorities: [TestAuthority] = []
    ) throws {
        var contents = try contents(items: items, withholding: withholding, for: consentClass)
        if !authorities.isEmpty {
            let note = try #require(contents.submitted.first).proof.checkpoint
            let stamp = StampedCheckpoint(
                note: note,
                tokens: try authorities.map { try $0.stamp(note.bytes) },
                receipts: contents.submitted
            )
            contents.stamps = [try #require(stamp)]
        }
        let writer = try BundleWriter(contents, to: path)
        try write(writer)
        if let first = writer.files.first {
            try writer.addMetadata(Array("[File] FileType : TXT\n".utf8), of: first)
        }
        try writer.addReport(setting(.court), pdf: Array("%PDF-1.7\n".utf8))
        let manifest = try writer.writePayload()
        let signer = Self.signer
        let act = contents.export(manifest: manifest, key: signer.publicKey.name)
        let index = try log.append(.export(act), by: lawyer)
        let seal = try writer.seal(with: log.receipt(index), by: signer)
        try writer.add(authorities.map { try $0.stamp(seal) })
        try writer.add(Array("<p>Certificate\n".utf8), at: "addenda/certificate.html")
        try writer.finish()
    }
}
