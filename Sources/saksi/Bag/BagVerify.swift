// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BagIt
import Bulk

/// `saksi bag verify DIR`: whether a bag is complete and valid.
struct BagVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check whether a bag is complete and valid, and name each rule that is broken.",
        discussion: """
            BagIt 0.93 to 0.97 and 1.0 (RFC 8493). Links, names that differ only in case or normal form, \
            and checksums of an unknown kind make a bag invalid here. Nothing is fetched. That a bag is \
            valid says nothing about who made it: for a bundle, see 'saksi verify'.
            """
    )

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Argument(help: "The bag's folder.", completion: .directory)
    var dir: String

    func run() throws {
        let report = BagReport(verifying: dir)
        if json {
            try Listing.show(json: Document(report))
        } else {
            show(report)
        }
        guard report.isValid else {
            let rules = report.brokenRules.map(\.rawValue).joined(separator: ", ")
            throw Failure("not valid: \(rules)")
        }
    }

    private func show(_ report: BagReport) {
        let width = report.findings.map(\.rule.rawValue.count).max() ?? 0
        for finding in report.findings {
            let rule = finding.rule.rawValue
            let padding = String(repeating: " ", count: width - rule.count)
            let word = finding.isWarning ? "warning" : "BROKEN "
            Terminal.result("\(word)  \(rule)\(padding)  \(finding)")
        }
        let algorithms = report.algorithms.map(\.rawValue).joined(separator: ", ")
        Terminal.result(
            "\(report.isValid ? "valid" : "NOT VALID"): BagIt \(report.version.rawValue), "
                + "\(report.payload.files) payload files of \(report.payload.bytes) bytes, "
                + "\(report.tagFiles) tag files; \(algorithms.isEmpty ? "no checksums" : algorithms)"
        )
    }
}

/// The report as a document; the keys are a format.
private struct Document: Encodable {
    let format = "saksi/v1 bag"
    let outcome: String
    let version: String
    let algorithms: [String]
    let payloadFiles: Int
    let payloadBytes: UInt64
    let tagFiles: Int
    let findings: [Finding]

    struct Finding: Encodable {
        let rule: String
        let severity: String
        let file: String?
        let line: Int?
        let detail: String
    }

    init(_ report: BagReport) {
        outcome = report.isValid ? "valid" : "not-valid"
        version = report.version.rawValue
        algorithms = report.algorithms.map(\.rawValue)
        payloadFiles = report.payload.files
        payloadBytes = report.payload.bytes
        tagFiles = report.tagFiles
        findings = report.findings.map { finding in
            Finding(
                rule: finding.rule.rawValue,
                severity: finding.isWarning ? "warning" : "broken",
                file: finding.file?.text,
                line: finding.line,
                detail: finding.detail
            )
        }
    }
}
