// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Vault

extension SubmissionRequest {
    /// What can be true of one file only must not be said of several.
    func requireOneFile(of count: Int) throws(ClientError) {
        let isAboutOne =
            derivation != nil || details.reviewer != nil || details.sighting != nil
            || details.arrival?.capture != nil || details.claimedTime != nil
            || details.claimedPlace != nil
        guard !isAboutOne || count == 1 else {
            throw ClientError(
                .failed,
                "got \(count) files, and what is said of them can be true of one only",
                hint: "submit each file for which you give an address, a time, a place or an "
                    + "original by itself"
            )
        }
    }
}

extension VaultSession {
    /// Finds the original of a derivative, under a logged access statement where it has to be read.
    func resolveOriginal(of plan: inout SubmissionPlan, in id: CaseID) async throws {
        guard let request = plan.derivation else { return }
        let original = try await commitment(of: request.original, in: id)
        guard let place = plan.items.firstIndex(where: { $0.role == .file }),
            let derivation = request.derivation(of: original)
        else { throw JournalEntry.damage }
        plan.items[place].details.derivation = derivation
    }

    /// The commitment to an item: what was given, or that of the item of this number.
    private func commitment(of original: String, in id: CaseID) async throws -> Hash {
        if let commitment = Hash(hex: original) { return commitment }
        let reading = try await CaseReading.begin(self, id)
        let (submission, number) = try ItemReference.find(original, in: reading.view)
        let access = try await reading.access(
            .manifest,
            for: "derivative",
            records: [submission.record]
        )
        let manifest = try await reading.opened(submission, access).manifest
        guard manifest.items.indices.contains(number - 1) else {
            throw ItemReference.missing(original)
        }
        return manifest.commitment(toItem: number)
    }
}
