// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Sealing
import Vault

/// An envelope as it is now, and all that is needed to seal it anew.
struct FoundEnvelope: Sendable {
    let place: ObjectPlace
    let object: ObjectDescription
    /// Whether a rotation sealed it, after the record was made.
    let isRewrapped: Bool
    let bytes: [UInt8]

    /// Whether it holds another file key than the record commits to; what does not open at all does not.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where the vault gave another envelope than it must have.
    func holdsOtherKey(_ identities: [any Identity]) throws -> Bool {
        do {
            return try object.judging(bytes, isRewrapped: isRewrapped) {
                try !Envelope.holdsCommittedKey(
                    bytes,
                    of: object,
                    with: identities,
                    isRewrapped: isRewrapped
                )
            }
        } catch let error as ClientError where error.code == .untrusted {
            throw error
        } catch {
            return false
        }
    }

    /// The envelope for the next key; `nil` where nobody can open what was submitted.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where the vault gave another envelope than it must have:
    ///   taken for lost, the object could never be opened again.
    func sealed(
        for recipient: HybridRecipient,
        _ identities: [any Identity]
    ) throws -> [UInt8]? {
        do {
            return try object.judging(bytes, isRewrapped: isRewrapped) {
                try Envelope.rewrapped(
                    bytes,
                    of: object,
                    with: identities,
                    isRewrapped: isRewrapped,
                    for: recipient
                )
            }
        } catch let error as ClientError where error.code == .untrusted {
            throw error
        } catch {
            return nil
        }
    }
}

/// The envelopes of a stretch of a case, page by page, each object held against the record in the log.
///
/// The vault leaves none out and adds none: the records are those of the view, and each page goes on
/// exactly where the one before ended.
actor EnvelopeSource {
    private let reading: CaseReading
    private let access: Hash
    private let stretch: Stretch
    /// The records from the one of the next object on.
    private var records: ArraySlice<CaseView.Recorded>
    /// The objects of the first of them that are still to come, ascending, once its record was read.
    private var expected: ArraySlice<ObjectDescription>?
    private var isRewrapped = false
    private var place: ObjectPlace
    private var isAtEnd = false

    /// Begins with a stretch.
    ///
    /// - Parameters:
    ///   - stretch: Which objects; what was submitted after the view is not among them.
    ///   - reading: The case.
    ///   - access: The statement that releases them.
    init(_ stretch: Stretch, of reading: CaseReading, _ access: Hash) {
        self.reading = reading
        self.access = access
        self.stretch = stretch
        let all = reading.view.records
        let first = all.firstIndex { $0.index >= stretch.after.leaf } ?? all.endIndex
        records = all[first...]
        place = stretch.after
    }

    /// The envelopes of the next page; `nil` at the end.
    ///
    /// - Throws: ``ClientError``; ``OtherObjects`` where the vault shows other objects than the view has.
    func next() async throws -> [FoundEnvelope]? {
        skipErased()
        guard !isAtEnd, let first = records.first, !isBeyond(first.index) else {
            return nil
        }
        let page = try await Self.page(of: reading, after: place, access)
        var found: [FoundEnvelope] = []
        for section in page.sections {
            try await requireNothing(before: section.leaf)
            for object in section.objects {
                guard !records.isEmpty else {
                    // Submitted after the view was made.
                    isAtEnd = true
                    return found
                }
                let envelope = try await take(object, of: section, in: page)
                if let through = stretch.through, through < envelope.place {
                    isAtEnd = true
                    return found
                }
                found.append(envelope)
                place = envelope.place
            }
        }
        guard page.next == nil else { return found }
        isAtEnd = true
        try await requireNothing(before: .max)
        return found
    }

    private func isBeyond(_ leaf: UInt64) -> Bool {
        stretch.through.map { $0.leaf < leaf } ?? false
    }

    /// The first page after a place, with the number of objects where that is the start.
    static func page(
        of reading: CaseReading,
        after place: ObjectPlace,
        _ access: Hash
    ) async throws -> EnvelopePage {
        let question = Request(
            path: "/v1/cases/\(reading.view.id.hex)/envelopes",
            query: place == Stretch.start ? "" : "after=\(place.text)",
            access: access,
            limit: EnvelopePage.maximumSize
        )
        let answer = try await reading.session.connection.send(
            question,
            as: reading.session.signer
        )
        do {
            let page = try EnvelopePage(parsing: answer.bytes)
            guard page.caseID == reading.view.id else { throw EnvelopePageError.header }
            return page
        } catch {
            throw ClientError.untrusted("the vault's answer is malformed: \(error)")
        }
    }

    private func take(
        _ object: EnvelopePage.Object,
        of section: EnvelopePage.Section,
        in page: EnvelopePage
    ) async throws -> FoundEnvelope {
        guard let recorded = records.first, recorded.index == section.leaf,
            recorded.name == section.record
        else { throw OtherObjects() }
        if expected == nil { try await open(recorded, page.bytes[section.range]) }
        guard let description = expected?.first, description.id == object.id else {
            throw OtherObjects()
        }
        expected?.removeFirst()
        if expected?.isEmpty == true { advance() }
        return FoundEnvelope(
            place: ObjectPlace(leaf: section.leaf, object: object.id),
            object: description,
            isRewrapped: isRewrapped,
            bytes: Array(page.bytes[object.range])
        )
    }

    /// Reads a record, and which of its objects are still to come.
    private func open(_ recorded: CaseView.Recorded, _ bytes: ArraySlice<UInt8>) async throws {
        let name = recorded.name
        let record: SubmissionRecord
        if bytes.isEmpty {
            record = try SubmissionRecord(parsing: try await reading.record(name, access))
        } else {
            try CaseReading.require(Array(bytes), name)
            record = try SubmissionRecord(parsing: Array(bytes))
        }
        let objects = record.objects.filter { object in
            !reading.view.isErased(object.id, in: recorded)
                && place < ObjectPlace(leaf: recorded.index, object: object.id)
        }
        expected = objects.sorted { $0.id < $1.id }[...]
        isRewrapped = reading.isRewrapped(record)
    }

    private func advance() {
        records.removeFirst()
        expected = nil
    }

    /// Passes over the records before an entry, of which nothing may be left.
    private func requireNothing(before leaf: UInt64) async throws {
        skipErased()
        while let first = records.first, first.index < leaf {
            if expected == nil { try await open(first, []) }
            guard expected?.isEmpty == true else { throw OtherObjects() }
            advance()
            skipErased()
        }
    }

    private func skipErased() {
        while expected == nil, let first = records.first, reading.view.isErased(in: first) {
            advance()
        }
    }
}

/// The vault shows other objects than the entries of the case do.
///
/// Something was erased meanwhile, or it keeps something back.
struct OtherObjects: Error {}
