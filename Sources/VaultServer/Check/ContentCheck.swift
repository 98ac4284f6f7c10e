// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// What the entries of a log name, and whether what must be there of it is.
struct ContentCheck {
    var cases: [CaseID] = []
    /// Those that were submitted, and those that took their place.
    var records: [(caseID: CaseID, name: Hash)] = []
    /// Of commitments.
    var lists: [Hash] = []
    /// The newest of each case.
    var rotations: [CaseID: Rotation] = [:]
    /// By the record; an empty list is the whole submission.
    var erased: [Hash: [[ObjectID]]] = [:]

    /// Looks at each thing that must be there, after all entries were read.
    func run(_ check: VaultCheck, _ state: VaultState, _ report: inout CheckReport) async {
        for id in cases {
            // Where the replay ended early, the newest keyring is not known.
            guard let keyring = state.case(id)?.keyring else { continue }
            await check.checkContent(.keyrings, keyring, size: nil, &report)
        }
        var lost: Set<ObjectID> = []
        for rotation in rotations.values {
            for pack in rotation.packs { await look(at: pack, check, &lost, &report) }
        }
        for list in lists { await check.checkContent(.records, list, size: nil, &report) }
        // By their ids alone: what was erased from a record stands in the one that takes its place, too.
        let gone = Set(erased.values.joined().joined())
        for (caseID, name) in records {
            await look(at: name, of: caseID, lost: lost, gone: gone, check, &report)
        }
    }

    private func look(
        at pack: Hash,
        _ check: VaultCheck,
        _ lost: inout Set<ObjectID>,
        _ report: inout CheckReport
    ) async {
        await check.checkContent(.packs, pack, size: nil, &report)
        let key = StorageKey.content(.packs, pack)
        do {
            let found = try RewrapPack(parsing: await check.engine.store.bytes(of: key))
            for place in found.places where place.range == nil { lost.insert(place.object) }
        } catch {
            report.add(key, expected: "a pack of envelopes", found: error)
        }
    }

    private func look(
        at name: Hash,
        of caseID: CaseID,
        lost: Set<ObjectID>,
        gone: Set<ObjectID>,
        _ check: VaultCheck,
        _ report: inout CheckReport
    ) async {
        await check.checkContent(.records, name, size: nil, &report)
        guard erased[name]?.contains(where: \.isEmpty) != true else { return }
        let key = StorageKey.content(.records, name)
        do {
            let record = try SubmissionRecord(parsing: await check.engine.store.bytes(of: key))
            let epoch = rotations[caseID]?.epoch ?? 1
            for object in record.objects where !gone.contains(object.id) {
                let isRewrapped = record.epoch < epoch && !lost.contains(object.id)
                for content in Content.all(of: object) {
                    // What a rotation sealed anew lies in a pack.
                    if content.kind == .envelopes, isRewrapped { continue }
                    await check.checkContent(
                        content.kind,
                        content.hash,
                        size: content.size,
                        &report
                    )
                }
            }
        } catch {
            report.add(key, expected: "a record", found: error)
        }
    }
}
