// SPDX-License-Identifier: Apache-2.0

/// Checks the folder of the parts of an export: each of them, that none is missing, and that each is the one
/// that its folder says.
struct PartsVerifier {
    private let path: String
    private let names: [String]

    /// A part, by its folder.
    private typealias Part = (name: String, report: VerificationReport)

    /// - Returns: `nil` for what is no such folder.
    init?(_ path: String) {
        guard let names = BundleParts.names(in: path) else { return nil }
        self.path = path
        self.names = names
    }

    /// Makes all steps of all parts.
    ///
    /// - Parameter verify: makes the steps of one bundle, in a folder.
    /// - Returns: One report; the names of a part's steps begin with its folder.
    func report(_ verify: (String) -> VerificationReport) -> VerificationReport {
        let parts = names.filter { $0.hasPrefix("part-") && BundlePart.isFolder("\(path)/\($0)") }
            .map { (name: $0, report: verify("\(path)/\($0)")) }
        let whole = VerificationReport.Step(
            id: "parts.folder",
            outcome: outcome(of: parts),
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

    private func outcome(of parts: [Part]) -> VerificationReport.Outcome {
        guard let first = info(1), let part = BundlePart(info: first) else {
            return .failed("\(BundlePart.folder(1)) does not say how many parts there are")
        }
        let wanted = (1...part.count).map(BundlePart.folder)
        let present = Set(names)
        if let missing = wanted.first(where: { !present.contains($0) }) {
            return .failed("\(missing) is missing")
        }
        let known = Set(wanted)
        if let odd = names.first(where: { !known.contains($0) }) {
            return .failed("\(odd) is none of the \(part.count) parts")
        }
        // A copy of a part would else stand for another one, and what that holds would not be missed.
        for number in 1...part.count {
            guard let info = info(number),
                BundlePart(info: info)?.place == "\(number) of \(part.count)",
                BundlePart.group(in: info) == BundlePart.group(in: first)
            else {
                return .failed(
                    "\(BundlePart.folder(number)) is not part \(number) of \(part.count) of this export"
                )
            }
        }
        let step = VerificationStep.parts.rawValue
        let apart = parts.first { _, report in
            report.steps.first { $0.id == step }?.outcome != .passed
        }
        if let apart { return .failed("\(apart.name) does not belong to the others: \(step)") }
        return .passed
    }

    /// What a part says of itself; `nil` where it cannot be read.
    private func info(_ number: Int) -> String? {
        BundlePart.bytes(BundleLayout.info, ofPart: number, in: path)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
