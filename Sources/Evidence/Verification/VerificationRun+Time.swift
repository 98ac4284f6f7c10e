// SPDX-License-Identifier: Apache-2.0

import Bulk
import Timestamp
import TransparencyLog
import Vault

/// Time-stamps: each is checked in both ways, at the time for which it was kept.
extension VerificationRun {
    /// What was learned of time-stamps, for the report.
    struct TimeFact {
        let subject: String
        let kept: KeptTimestamp

        var fact: (name: String, value: String) {
            let root = Hash(hashing: kept.root)
            return ("\(subject) before", "\(kept.token.info.time.text), root certificate \(root)")
        }
    }

    /// The stamped checkpoints are the log's, and hold the entries that are shown in them.
    mutating func checkLogTime() throws(Finding) -> String? {
        let policy = TrustPolicy(logs: try need(policy, from: .trust).logs)
        let shown = try need(receipts, from: .receipts)
        let paths = try paths(under: BundleLayout.stamped)
        guard !paths.isEmpty else { return "no checkpoint with a time-stamp is in this bundle" }
        var known: Set<String> = []
        for path in paths where path.hasSuffix(StampedCheckpoint.suffix) {
            let stem = String(path.dropLast(StampedCheckpoint.suffix.utf8.count))
            known.insert(path)
            let note: SignedNote
            let checkpoint: Checkpoint
            do {
                note = try SignedNote(parsing: try bytes(path))
                checkpoint = try policy.verify(note).checkpoint
            } catch {
                throw Finding("\(path): \((error as? Finding)?.text ?? "\(error)")")
            }
            guard stem == StampedCheckpoint.stem(checkpoint.size) else {
                throw Finding("\(path) is not named for its size")
            }
            let stamps = try stamps(of: path) { .beside(stem, $0) }
            known.formUnion(stamps.paths)
            for (stem, receipt) in shown {
                let name = StampedCheckpoint.proof(of: receipt.index, in: checkpoint.size)
                guard paths.contains(name + ReceiptFiles.proof) else { continue }
                let proved = try proof(name + ReceiptFiles.proof, of: receipt, in: note, by: policy)
                for (suffix, want) in StampedCheckpoint.proofFiles(of: proved) {
                    guard try bytes(name + suffix) == want else {
                        throw Finding("\(name)\(suffix) is not what its proof holds")
                    }
                    known.insert(name + suffix)
                }
                times += stamps.kept.map { TimeFact(subject: "\(stem) was logged", kept: $0) }
            }
        }
        for path in paths where !known.contains(path) {
            throw Finding("\(path) belongs to no stamped checkpoint")
        }
        return nil
    }

    private func proof(
        _ path: String,
        of receipt: Receipt,
        in note: SignedNote,
        by policy: TrustPolicy
    ) throws(Finding) -> Receipt {
        do {
            let proved = try Receipt(parsing: try bytes(path))
            guard proved.entry == receipt.entry, proved.index == receipt.index,
                proved.proof.checkpoint.text == note.text
            else { throw Finding("\(path) is of another entry or another checkpoint") }
            _ = try proved.verify(by: policy)
            return proved
        } catch {
            throw (error as? Finding) ?? Finding("\(path): \(error)")
        }
    }

    /// The time-stamps of the seal, and the rounds of renewal, each over all that was there before.
    mutating func checkSealTime() throws(Finding) -> String? {
        let present = try paths(under: "").filter {
            BundleLayout.isOfToken($0) || $0.hasPrefix(BundleRenewal.prefix)
        }
        guard !present.isEmpty else {
            return "the seal has no time stamp: nobody but the vault says when it was made"
        }
        var known: Set<String> = []
        if present.contains(where: BundleLayout.isOfToken) {
            let stamps = try stamps(of: BundleLayout.seal, TokenFiles.ofSeal)
            times += stamps.kept.map { TimeFact(subject: "sealed", kept: $0) }
            known.formUnion(stamps.paths)
        }
        var round: UInt64 = 1
        while present.contains(BundleRenewal.path(round)) {
            known.formUnion(try checkRenewal(round))
            round += 1
        }
        for path in present where !known.contains(path) {
            throw Finding("\(path) belongs to no time stamp")
        }
        return nil
    }

    /// A round lists all that it must, as it is, and its list is stamped; gives the round's files.
    private mutating func checkRenewal(_ round: UInt64) throws(Finding) -> [String] {
        let path = BundleRenewal.path(round)
        guard let list = RenewalList(parsing: try bytes(path)), list.number == round else {
            throw Finding("\(path) is not a list of renewal")
        }
        guard list.files.map(\.path) == BundleRenewal.listed(try paths(under: ""), before: round)
        else { throw Finding("\(path) does not list what was there before") }
        for file in list.files {
            guard RenewalList.File(path: file.path, bytes: try bytes(file.path)) == file else {
                throw Finding("\(file.path) is not what \(path) lists")
            }
        }
        let stamps = try stamps(of: path) { .beside(BundleRenewal.stem(round), $0) }
        let instructions = BundleRenewal.instructions(round)
        guard
            try bytes(instructions)
                == Array(BundleRenewal.instructions(for: round, stamps.kept).utf8)
        else { throw Finding("\(instructions) does not fit its round") }
        times += stamps.kept.map { TimeFact(subject: "sealed, by renewal \(round),", kept: $0) }
        return stamps.paths + [path, instructions]
    }

    /// All time-stamps of a file, one of each authority.
    private func stamps(
        of path: String,
        _ places: (Int) -> TokenFiles
    ) throws(Finding) -> (kept: [KeptTimestamp], paths: [String]) {
        let present = try need(files, from: .files).sizes
        let imprint = MessageImprint(hashing: try bytes(path))
        var all: [KeptTimestamp] = []
        var paths: [String] = []
        while present[places(all.count + 1).token] != nil {
            let place = places(all.count + 1)
            let (kept, files) = try place.kept { path throws(Finding) in
                present[path] == nil ? nil : try bytes(path)
            }
            if let violation = kept.verify(about: imprint, trusting: timeRoots).violation {
                throw Finding("\(place.token): \(violation)")
            }
            all.append(kept)
            paths += files
        }
        guard !all.isEmpty else { throw Finding("\(places(1).token) is missing") }
        return (all, paths)
    }
}
