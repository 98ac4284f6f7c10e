// SPDX-License-Identifier: Apache-2.0

/// Checks the folder of the parts of an export: each of them, and that none is missing.
struct PartsVerifier {
    private let path: String
    private let names: [String]

    /// - Returns: `nil` for what is no such folder.
    init?(_ path: String) {
        guard let names = BundleParts.names(in: path) else { return nil }
        self.path = path
        self.names = names
    }

    /// Makes all steps of all parts.
    ///
    /// - Parameter verify: makes the steps of one, in a folder.
    /// - Returns: One report; the names of a part's steps begin with its folder.
    func report(_ verify: (String) -> VerificationReport) -> VerificationReport {
        let parts = names.filter { $0.hasPrefix("part-") }
            .map { (name: $0, report: verify("\(path)/\($0)")) }
        let whole = VerificationReport.Step(
            id: "parts.folder",
            outcome: outcome,
            proves: "the folder holds all parts of the export and nothing else",
            doesNotProve: "what is in them: the steps of each part do"
        )
        let steps = parts.flatMap { name, report in
            report.steps.map {
                VerificationReport.Step(
                    id: "\(name)/\($0.id)",
                    outcome: $0.outcome,
                    proves: $0.proves,
                    doesNotProve: $0.doesNotProve
                )
            }
        }
        return VerificationReport(
            steps: [whole] + steps,
            facts: parts.flatMap { name, report in
                report.facts.map { ("\(name)/\($0.name)", $0.value) }
            },
            isAnchored: parts.allSatisfy(\.report.isAnchored)
        )
    }

    private var outcome: VerificationReport.Outcome {
        guard
            let info = try? BundleFiles("\(path)/\(BundlePart.folder(1))").bytes(BundleLayout.info),
            let part = BundlePart(info: String(decoding: info, as: UTF8.self))
        else { return .failed("\(BundlePart.folder(1)) does not say how many parts there are") }
        let wanted = (1...part.count).map(BundlePart.folder)
        if let missing = wanted.first(where: { !names.contains($0) }) {
            return .failed("\(missing) is missing")
        }
        if let odd = names.first(where: { !wanted.contains($0) }) {
            return .failed("\(odd) is none of the \(part.count) parts")
        }
        return .passed
    }
}
