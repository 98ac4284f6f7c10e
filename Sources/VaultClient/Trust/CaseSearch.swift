// SPDX-License-Identifier: Apache-2.0

import Vault

/// Finds who owns a case, for those who may read the log but not the case: administrators.
struct CaseSearch {
    let session: VaultSession

    /// The case's owner, as the rules make it from the whole log.
    ///
    /// The daemon could leave out the entry that opened the case and show one of its own instead. So
    /// every entry is replayed, from the genesis that the invitation named or from where this device
    /// audited the log before, and all of them together must lead to the root of a checkpoint that
    /// continues what this device saw.
    ///
    /// - Throws: ``ClientError`` where no entry opened such a case; `.untrusted` where the entries are
    ///   not those of the log, or break its rules.
    func owner(of id: CaseID) async throws -> Fingerprint {
        let audit = try await LogAudit.begin(session)
        var replay = try await audit.remembered()
        try await audit.run(&replay) { step in
            guard let entry = step.entries.first(where: { $0.fault != nil }),
                let fault = entry.fault
            else { return }
            throw ClientError.untrusted(
                "entry \(entry.index) is not one that the vault's rules allow: \(fault)"
            )
        }
        guard let owner = replay.state.case(id)?.owner else {
            throw ClientError(.failed, "the log knows no case \(id.hex)")
        }
        return owner
    }
}
