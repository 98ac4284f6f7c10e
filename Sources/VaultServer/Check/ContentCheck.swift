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
        var rewrapped: [CaseID: Rewrapped] = [:]
        for (id, rotation) in rotations {
            rewrapped[id] = await look(at: rotation, check, &report)
        }
        for list in lists { await check.checkContent(.records, list, size: nil, &report) }
        // By their ids alone: what was erased from a record stands in the one that takes its place, too.
        let gone = Set(erased.values.joined().joined())
        var missed: Set<Hash> = []
        for (caseID, name) in records {
            let rewrapped = rewrapped[caseID] ?? Rewrapped(epoch: 1)
            missed.formUnion(await look(at: name, rewrapped, gone: gone, check, &report))
        }
        for pack in missed.sorted() {
            await check.checkContent(.packs, pack, size: nil, &report)
        }
    }

    /// What the newest rotation of a case sealed anew.
    private struct Rewrapped {
        let epoch: UInt64
        /// Whose envelopes lie in packs that are there.
        var objects: Set<ObjectID> = []
        /// Packs that are not: rightly so where everything in them was erased.
        var absent: [Hash] = []
    }

    private func look(
        at rotation: Rotation,
        _ check: VaultCheck,
        _ report: inout CheckReport
    ) async -> Rewrapped {
        var rewrapped = Rewrapped(epoch: rotation.epoch)
        for pack in rotation.packs {
            let key = StorageKey.content(.packs, pack)
            guard await isStored(key, check) else {
                rewrapped.absent.append(pack)
                continue
            }
            await check.checkContent(.packs, pack, size: nil, &report)
            do {
                let found = try RewrapPack(parsing: await check.engine.store.bytes(of: key))
                for place in found.places where place.range != nil {
                    rewrapped.objects.insert(place.object)
                }
            } catch {
                report.add(key, expected: "a pack of envelopes", found: error)
            }
        }
        return rewrapped
    }

    /// Whether something is stored; what cannot be told is for the reading of it to find.
    private func isStored(_ key: StorageKey, _ check: VaultCheck) async -> Bool {
        do {
            return try await check.engine.store.size(of: key) != nil
        } catch {
            return true
        }
    }

    /// Looks at a record and at the contents of its objects.
    ///
    /// - Returns: The packs in which an envelope must be that is nowhere else.
    private func look(
        at name: Hash,
        _ rewrapped: Rewrapped,
        gone: Set<ObjectID>,
        _ check: VaultCheck,
        _ report: inout CheckReport
    ) async -> [Hash] {
        await check.checkContent(.records, name, size: nil, &report)
        guard erased[name]?.contains(where: \.isEmpty) != true else { return [] }
        let key = StorageKey.content(.records, name)
        var missed: [Hash] = []
        do {
            let record = try SubmissionRecord(parsing: await check.engine.store.bytes(of: key))
            for object in record.objects where !gone.contains(object.id) {
                for content in Content.all(of: object) {
                    if content.kind == .envelopes, rewrapped.objects.contains(object.id) {
                        continue
                    }
                    // An envelope that nobody could open any more has stayed when the others went to packs.
                    if content.kind == .envelopes, record.epoch < rewrapped.epoch,
                        !rewrapped.absent.isEmpty,
                        await !isStored(.content(content.kind, content.hash), check)
                    {
                        missed = rewrapped.absent
                        continue
                    }
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
        return missed
    }
}
