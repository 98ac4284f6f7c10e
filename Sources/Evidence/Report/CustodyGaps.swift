// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

/// What the log does not know of the exhibits' custody, said rather than left to be found.
struct CustodyGaps {
    private let contents: BundleContents
    private let lines: [CustodyLog.Line]

    init(_ contents: BundleContents) {
        self.contents = contents
        lines = contents.custody.lines
    }

    /// Each gap in a sentence or two.
    var texts: [String] { beforeIntake + clocks + byHand + entriesLeftOut + Self.always }

    private var beforeIntake: [String] {
        contents.submissions.map { name, submission in
            let accepted = contents.submitted(name)?.entry.accepted.text ?? "an unknown time"
            let sealed =
                submission.isWhole
                ? "The device sealed it at \(submission.manifest.created.text) by its own clock. "
                : ""
            return
                "Before intake (\(name)): custody begins on \(accepted), when the vault accepted the "
                + "submission. \(sealed)What happened to the files before that, only witnesses can say."
        }
    }

    /// Where the two clocks of an entry are further apart than rounding and a slow link explain.
    private var clocks: [String] {
        let tolerance: Int64 = 15 * 60
        return lines.compactMap { line in
            let claimed = line.statement.time
            let accepted = line.receipt.entry.accepted
            let apart = accepted.seconds - claimed.seconds
            guard abs(apart) > tolerance else { return nil }
            return
                "Clocks (line \(line.number)): the actor's device said \(claimed.text), the vault "
                + "\(accepted.text), \(abs(apart) / 60) minutes \(apart > 0 ? "later" : "earlier"): a wrong "
                + "clock, or a statement that was signed without a connection."
        }
    }

    private var byHand: [String] {
        lines.compactMap { line in
            guard case .custody(let custody) = line.statement.act else { return nil }
            return "Outside of the vault (line \(line.number)): \(custody.event.rawValue) at "
                + "\(custody.occurred.text), entered by hand at \(line.statement.time.text). The log proves "
                + "who entered it and when, not that it happened so."
        }
    }

    private var entriesLeftOut: [String] {
        guard let last = lines.last,
            let head = try? Checkpoint(parsing: last.receipt.proof.checkpoint.text)
        else { return [] }
        return [
            "Other entries: the vault's log had \(head.size) entries, of which \(lines.count) are shown. "
                + "The others are of other cases, or name members of the team, or concern nothing that "
                + "is exported here. That none was left out which does concern it, an auditor of the "
                + "whole log can say."
        ]
    }

    private static let always = [
        "After a release: an entry of an access or an export shows that a copy left the vault. What "
            + "was done with that copy is in no entry unless somebody entered it by hand.",
        "Failed attempts: the log holds what was done. A reading that failed its check on a device, or a "
            + "request that the vault refused, leaves no entry.",
        "After this export: nothing here says what happened to this copy since.",
    ]
}
