// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

extension VerificationRun {
    /// The list of all commitments is the one that follows from those of the submissions and the leaves.
    func checkRegister() throws(Finding) {
        var files: [Hash: String] = [:]
        for (name, leaves) in try need(leaves, from: .leaves) {
            for leaf in leaves.values {
                files[leaf.commitment] = BundleLayout.leaf(leaf.name, of: name)
            }
        }
        let lists = try need(lists, from: .leaves)
        let want = CommitmentRegister(lists.values, leaves: files)
        guard try bytes(BundleLayout.commitmentRegister) == want.bytes else {
            throw Finding(
                "\(BundleLayout.commitmentRegister) is not the list of all commitments here"
            )
        }
    }

    /// What the register says is withheld is not here, and it says why where an exhibit lacks what every
    /// item has.
    mutating func checkWithheld() throws(Finding) {
        let path = BundleLayout.withheldRegister
        guard let register = WithheldRegister(parsing: try bytes(path)) else {
            throw Finding("\(path) is not a table of what is withheld")
        }
        let exhibits = try need(exhibits, from: .items)
        let leaves = try need(leaves, from: .leaves)
        for (place, line) in register.lines.enumerated() {
            let name = WithheldRegister.name(place + 1)
            guard let facts = leaves[line.submission] else {
                throw Finding("\(path): \(name) is of no submission here")
            }
            let exhibit = exhibits.first {
                $0.submission == line.submission && $0.number == line.item
            }
            let isShown =
                switch line.kind {
                case _ where line.item == nil: facts[line.kind] != nil
                case WithheldRegister.wholeItem: exhibit != nil
                case "paragraph", "field": exhibit.map { $0.item.file != nil } ?? true
                default: exhibit.map { $0.item.facts[line.kind] != nil } ?? true
                }
            guard !isShown else { throw Finding("\(path): \(name) is shown, or is of no exhibit") }
        }
        for exhibit in exhibits {
            for aspect in DisclosedItem.aspects
            where exhibit.item.facts[aspect] == nil
                && !register.lines.contains(where: {
                    $0.submission == exhibit.submission && $0.item == exhibit.number
                        && $0.kind == aspect
                })
            {
                throw Finding("\(exhibit.name) lacks its \(aspect), and \(path) does not say why")
            }
        }
        withheld = register
    }
}
