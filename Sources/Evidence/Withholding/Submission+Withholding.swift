// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

extension BundleContents.Submission {
    /// Leaves facts out of submissions.
    ///
    /// - Throws: ``WithholdingError``, where an order names nothing, or what it must not.
    static func withhold(
        _ withholding: [Withholding],
        from submissions: inout [Self]
    ) throws(WithholdingError) {
        var used: Set<LeafSelector> = []
        for place in submissions.indices {
            for order in withholding
            where order.selector.concerns(submission: submissions[place].number) {
                if try submissions[place].withhold(order) { used.insert(order.selector) }
            }
        }
        for order in withholding where !used.contains(order.selector) {
            throw .nothing(order.selector)
        }
        try requireNotShownElsewhere(submissions)
    }

    /// Leaves out what one order names; gives whether it names anything here.
    private mutating func withhold(_ order: Withholding) throws(WithholdingError) -> Bool {
        // The two that may be shown; those of a record of the consent never are.
        var named = manifest.leaves.prefix(2).map(\.name).filter(order.selector.matches)
        guard !named.contains("consent") else { throw .consent(order.selector) }
        for number in numbers {
            let names = manifest.leaves(ofItem: number).map(\.name)
            let matched = names.filter(order.selector.matches)
            guard !matched.isEmpty else { continue }
            named += matched
            let prefix = ManifestItem.prefix(number)
            let parts = names.filter {
                $0.hasPrefix(prefix + "paragraph/") || $0.hasPrefix(prefix + "field/")
            }
            // The parts of a text are the file, and who knows the file's hash can try out what one of
            // them may be: none of both is shown without the other.
            if matched.contains(prefix + "file") { named += parts }
            if !Set(matched).isDisjoint(with: parts) { named.append(prefix + "file") }
        }
        for name in named where withheld[name] == nil { withheld[name] = order }
        return !named.isEmpty
    }

    /// Refuses to withhold bytes that another item shows.
    private static func requireNotShownElsewhere(_ submissions: [Self]) throws(WithholdingError) {
        var shown: [Hash: String] = [:]
        var withheld: [(Hash, String)] = []
        for submission in submissions {
            for number in submission.numbers {
                let sha256 = submission.manifest.items[number - 1].sha256
                let name = "\(submission.number)/\(number)"
                if submission.isWithheld("file", of: number) {
                    withheld.append((sha256, name))
                } else {
                    shown[sha256] = name
                }
            }
        }
        for (sha256, name) in withheld {
            if let other = shown[sha256] { throw .shownElsewhere(withheld: name, shown: other) }
        }
    }

    private func isWithheld(_ aspect: String, of number: Int) -> Bool {
        withheld[ManifestItem.prefix(number) + aspect] != nil
    }

    /// The numbers of the items of which anything is shown.
    var shown: [Int] {
        numbers.filter { number in
            !manifest.leaves(ofItem: number).allSatisfy { withheld[$0.name] != nil }
        }
    }

    /// Whether the number of items, and with it the record, can be shown: every item is, with its file.
    ///
    /// A record tells the padded sizes of all files and the hashes of their ciphertext.
    var isWhole: Bool {
        shown.count == manifest.items.count && withheld["submission"] == nil
            && !numbers.contains { isWithheld("file", of: $0) }
    }

    /// The leaves that the bundle discloses.
    var leaves: [Leaf] {
        // The first leaf tells how many items there are.
        manifest.leaves[(isWhole ? 0 : 1)..<2]
            + shown.flatMap { manifest.leaves(ofItem: $0) }.filter { withheld[$0.name] == nil }
    }

    /// What is shown of an item.
    func item(_ number: Int) -> DisclosedItem {
        let leaves = manifest.leaves(ofItem: number).filter { withheld[$0.name] == nil }
        guard
            let item = DisclosedItem(
                ManifestItem.facts(of: leaves)[ManifestItem.prefix(number)] ?? [:]
            )
        else { preconditionFailure("the facts of a manifest are in their form") }
        return item
    }

    /// What the register of the bundle says of what is left out here.
    ///
    /// - Parameter name: the submission's, `S0001`.
    /// - Returns: The lines, in the order of the leaves.
    func withheldLines(named name: String) -> [WithheldRegister.Line] {
        func line(_ item: Int?, _ kind: Substring, _ order: Withholding)
            -> WithheldRegister.Line
        {
            WithheldRegister.Line(
                submission: name,
                item: item,
                kind: String(kind),
                code: order.code,
                authority: order.authority
            )
        }
        var lines: [WithheldRegister.Line] = []
        var known: Set<WithheldRegister.Line> = []
        func add(_ line: WithheldRegister.Line) {
            if known.insert(line).inserted { lines.append(line) }
        }
        if let order = withheld["submission"] { add(line(nil, "submission", order)) }
        let shown = Set(self.shown)
        for number in numbers {
            for leaf in manifest.leaves(ofItem: number) {
                guard let order = withheld[leaf.name] else { continue }
                let aspect = leaf.name.dropFirst(ManifestItem.prefix(number).count)
                let isPart = aspect.hasPrefix("paragraph/") || aspect.hasPrefix("field/")
                let kind = isPart ? aspect.prefix { $0 != "/" } : aspect
                add(
                    line(
                        number,
                        shown.contains(number) ? kind : Substring(WithheldRegister.wholeItem),
                        order
                    )
                )
            }
        }
        return lines
    }
}
