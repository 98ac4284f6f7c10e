// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Whether a bag is complete and valid (RFC 8493, section 3), and if not, why.
///
/// Stricter than the RFC in what <doc:Bags> lists.
public struct BagReport: Sendable {
    /// The version whose rules it was held to.
    public let version: BagVersion
    /// The algorithms of its payload manifests, in the order of their names.
    public let algorithms: [DigestAlgorithm]
    /// What lies under `data/`.
    public let payload: BagFolder.Extent
    /// How many files there are beside them.
    public let tagFiles: Int
    /// Every rule that is not kept, wherever it is not.
    public let findings: [BagFinding]

    /// Lists, reads and hashes a whole bag; files are hashed on all cores.
    ///
    /// - Parameter path: The bag's folder.
    public init(verifying path: String) {
        let bag = Bag(at: path)
        version = bag.version
        algorithms = bag.manifests.filter(\.isPayload).map(\.algorithm)
        payload = bag.folder.payload
        tagFiles = bag.folder.sizes.count - payload.files
        findings = bag.findings + bag.check(.tags).findings + bag.check(.payload).findings
    }

    /// Whether every rule is kept, warnings aside.
    public var isValid: Bool { findings.allSatisfy(\.isWarning) }

    /// The rules that make it invalid, each once, in the order in which they were found.
    public var brokenRules: [BagRule] {
        var rules: [BagRule] = []
        for finding in findings where !finding.isWarning && !rules.contains(finding.rule) {
            rules.append(finding.rule)
        }
        return rules
    }
}
