// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// `register/commitments-sha256.txt`: every commitment of every submission in the bundle, as a list that
/// sha256sum checks in the folder of the register.
///
/// A commitment whose leaf is shown has the name of that file; all others, withheld facts and decoys
/// alike, have a name under `withheld/` made from the commitment itself. A leaf that is shown later
/// lies under that name in a supplement, and the same list checks it there.
struct CommitmentRegister {
    let bytes: [UInt8]

    /// - Parameters:
    ///   - lists: of the submissions.
    ///   - leaves: the files of the leaves that are shown, by what they were committed to.
    init(_ lists: some Sequence<CommitmentList>, leaves: [Hash: String]) {
        let commitments = Set(lists.flatMap(\.commitments)).sorted()
        var text = ""
        for commitment in commitments {
            let name =
                leaves[commitment].map { String($0.dropFirst(BundleLayout.register.utf8.count)) }
                ?? Self.withheld(commitment)
            text += "\(commitment.hex)  \(name)\n"
        }
        bytes = Array(text.utf8)
    }

    /// The name of what is not shown.
    static func withheld(_ commitment: Hash) -> String { "withheld/\(commitment.hex).json" }
}
