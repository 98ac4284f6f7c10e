// SPDX-License-Identifier: Apache-2.0

/// What was found in a bag; of what the lines of one tag file break, only so much that it can be read.
///
/// The findings in a file of empty lines would else take hundreds of times as much as the file.
struct FindingList {
    /// How many are told of one rule in one file: so no rule that is broken is left out.
    static let maximumCount = 100

    private(set) var all: [BagFinding]
    private var counts: [Kind: Int] = [:]

    private struct Kind: Hashable {
        let file: BagPath
        let rule: BagRule
        let isWarning: Bool
    }

    init(_ all: [BagFinding] = []) { self.all = all }

    /// Adds a finding; `list` is the tag file of which a line is to blame, which is the finding's own file
    /// where it names a line.
    mutating func append(_ finding: BagFinding, of list: BagPath? = nil) {
        guard let file = list ?? (finding.line == nil ? nil : finding.file) else {
            all.append(finding)
            return
        }
        let kind = Kind(file: file, rule: finding.rule, isWarning: finding.isWarning)
        let count = counts[kind, default: 0] + 1
        counts[kind] = count
        if count <= Self.maximumCount {
            all.append(finding)
        } else if count == Self.maximumCount + 1 {
            let detail = "there are more of these: only the first \(Self.maximumCount) are told"
            all.append(BagFinding(finding.rule, warning: finding.isWarning, in: file, detail))
        }
    }

    /// Adds what was found by itself, as it is.
    mutating func append(_ other: FindingList) { all += other.all }
}
