// SPDX-License-Identifier: Apache-2.0

/// What a verification found, step by step: what each step shows and what it does not.
public struct VerificationReport: Sendable {
    /// How a step ended.
    public enum Outcome: Equatable, Sendable {
        /// The bundle is as the step demands.
        case passed
        /// It is not; why.
        case failed(String)
        /// The step could not be made, or there was nothing to check; why.
        case notApplicable(String)
    }

    /// One step.
    public struct Step: Sendable {
        /// Its name, which documentation and programs refer to.
        public let id: String
        /// How it ended.
        public let outcome: Outcome
        /// What it proves where it passed.
        public let proves: String
        /// What it does not prove even where it passed.
        public let doesNotProve: String
    }

    /// The steps, in order.
    public let steps: [Step]
    /// What the bundle says it is, each with a name; only believable where every step passed.
    public let facts: [(name: String, value: String)]

    /// Whether the log's key, or the one that sealed the bundle, was one that the caller trusts: without
    /// one anybody can make a bundle that verifies.
    public let isAnchored: Bool

    /// Where `isAnchored` is not told, the steps of one bundle say it.
    init(steps: [Step], facts: [(name: String, value: String)], isAnchored: Bool? = nil) {
        self.steps = steps
        self.facts = facts
        let anchors = [VerificationStep.trust.rawValue, VerificationStep.sealKey.rawValue]
        self.isAnchored =
            isAnchored ?? steps.contains { anchors.contains($0.id) && $0.outcome == .passed }
    }

    /// Whether no step failed.
    public var isVerified: Bool { failures.isEmpty }

    /// The names of the steps that failed.
    public var failures: [String] {
        steps.compactMap { step in
            if case .failed = step.outcome { step.id } else { nil }
        }
    }

    /// The report for people, line by line.
    ///
    /// Text from the bundle stands in it as it is: whoever shows a line must make its control
    /// characters visible first, line feeds too.
    public var lines: [String] {
        var lines: [String] = []
        for step in steps {
            switch step.outcome {
            case .passed: lines.append("passed          \(step.id)")
            case .failed(let why): lines.append("FAILED          \(step.id): \(why)")
            case .notApplicable(let why): lines.append("not applicable  \(step.id): \(why)")
            }
            lines.append("                proves: \(step.proves)")
            lines.append("                does not prove: \(step.doesNotProve)")
        }
        lines.append("")
        lines += facts.map { "\($0.name): \($0.value)" }
        lines.append("")
        lines.append(verdict)
        return lines
    }

    /// What it comes to, in one line.
    private var verdict: String {
        guard isVerified else { return "NOT VERIFIED: \(failures.joined(separator: ", "))" }
        return isAnchored
            ? "verified: unchanged since it was exported"
            : "verified by the bundle's own keys only: compare them with those that you know"
    }

    /// The report for programs: one line of JSON.
    public var json: String {
        let steps = steps.map { step -> JSONValue in
            let (word, detail) =
                switch step.outcome {
                case .passed: ("passed", "")
                case .failed(let why): ("failed", why)
                case .notApplicable(let why): ("not-applicable", why)
                }
            return .object([
                JSONMember("id", step.id), JSONMember("outcome", word),
                JSONMember("detail", detail), JSONMember("proves", step.proves),
                JSONMember("doesNotProve", step.doesNotProve),
            ])
        }
        let facts = facts.map { fact -> JSONValue in
            .object([JSONMember("name", fact.name), JSONMember("value", fact.value)])
        }
        let outcome = !isVerified ? "not-verified" : isAnchored ? "verified" : "unanchored"
        let value = JSONValue.object([
            JSONMember("format", "saksi/v1 verification"),
            JSONMember("outcome", outcome),
            JSONMember("steps", .array(steps)), JSONMember("facts", .array(facts)),
        ])
        return String(decoding: value.bytes, as: UTF8.self)
    }
}
