// SPDX-License-Identifier: Apache-2.0

import VaultClient

extension Decision {
    /// Prints what came of an act: its entry, or the proposal and what happens next.
    func show() {
        switch self {
        case .logged(let index): Listing.show([("entry", "\(index)")])
        case .proposed(let card):
            Listing.show([
                ("proposal", card.id), ("signed", card.count), ("expires", card.expires),
            ])
            card.showNext()
        }
    }
}

extension ProposalCard {
    /// `1 of 2`.
    var count: String { "\(approved.count) of \(needed)" }

    /// Says on stderr that nothing has changed yet, and who changes that.
    func showNext() {
        Terminal.error(
            isComplete
                ? "all signatures are there: `saksi admin approve \(id)` sends it to the log"
                : "nothing has changed yet: another administrator has to run "
                    + "`saksi admin approve \(id)`"
        )
    }
}
