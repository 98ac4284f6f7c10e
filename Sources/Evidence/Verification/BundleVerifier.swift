// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import Timestamp
public import TransparencyLog
import Vault

/// Checks a bundle offline, from the files alone.
///
/// Stricter than a BagIt validator: every file is listed or refused, and the chain is followed from
/// each file to the statements that people signed and the checkpoint that the log signed. See
/// <doc:Verification>.
public struct BundleVerifier {
    private let path: String

    /// - Parameter path: the bundle's folder, or that of all parts of an export.
    public init(_ path: String) { self.path = path }

    /// Makes all steps; a step that fails does not keep the others from being made.
    ///
    /// - Parameters:
    ///   - policy: the log keys and witnesses that the caller trusts. Without one, the key in
    ///     the bundle is used, which proves nothing alone, and the report says so.
    ///   - timeRoots: the roots of time-stamping authorities that the caller trusts; those in the bundle
    ///     where it is `nil`, which prove nothing alone.
    ///   - fingerprints: of export keys that the caller trusts, of either algorithm; the bundle must be
    ///     sealed with one of them. None asks for none.
    /// - Returns: The report; nothing is thrown.
    public func report(
        trusting policy: TrustPolicy? = nil,
        stampedUnder timeRoots: CertificateFile? = nil,
        sealedBy fingerprints: [Hash] = []
    ) -> VerificationReport {
        // A part is one bundle, never parts again: these could lie in each other without end.
        func verify(_ bundle: String) -> VerificationReport {
            var run = VerificationRun(path: bundle, trusted: policy, trustedSigners: fingerprints)
            run.timeRoots = timeRoots
            return run.report()
        }
        return PartsVerifier(path)?.report(verify) ?? verify(path)
    }
}

/// What the steps of one verification learn from each other.
struct VerificationRun {
    let path: String
    let trusted: TrustPolicy?
    let trustedSigners: [Hash]

    /// The roots of time-stamping authorities that the caller trusts.
    var timeRoots: CertificateFile?
    /// What was learned of times.
    var times: [TimeFact] = []
    var files: BundleFiles?
    var payload: BundleManifest?
    var tags: BundleManifest?
    /// The key that the seal is signed with.
    var sealKey: ExportPublicKey?
    /// What came of the seal until the bundle was closed.
    var closed: Set<String> = []
    /// What the files under `data/` are, each read once.
    var digests: [String: FileDigest]?
    var logKey: VerifierKey?
    var policy: TrustPolicy?
    var identities: [Fingerprint: IdentityRecord]?
    /// By number: ascending by index, the export of this bundle last.
    var receipts: [(stem: String, receipt: Receipt)]?
    /// What each submission's folder belongs to.
    var submits: [String: Submit]?
    /// The records of each, the last of them in force; more than one where it was sealed anew.
    var records: [String: [Hash]]?
    /// The commitments of each.
    var lists: [String: CommitmentList]?
    var leaves: [String: [String: Leaf]]?
    var exhibits: [Exhibit]?
    var withheld: WithheldRegister?
    /// Facts that supplements show.
    var unsealed: [(name: String, value: String)] = []

    init(path: String, trusted: TrustPolicy?, trustedSigners: [Hash]) {
        self.path = path
        self.trusted = trusted
        self.trustedSigners = trustedSigners
    }

    mutating func report() -> VerificationReport {
        var steps: [VerificationReport.Step] = []
        for step in VerificationStep.allCases {
            let outcome: VerificationReport.Outcome
            do throws(Finding) {
                let reason = try make(step)
                outcome = reason.map { .notApplicable($0) } ?? .passed
            } catch {
                outcome = .failed(error.text)
            }
            steps.append(
                VerificationReport.Step(
                    id: step.rawValue,
                    outcome: outcome,
                    proves: step.proves,
                    doesNotProve: step.doesNotProve
                )
            )
        }
        return VerificationReport(steps: steps, facts: facts)
    }

    /// Makes a step; gives why it is not applicable, where it is not.
    private mutating func make(_ step: VerificationStep) throws(Finding) -> String? {
        switch step {
        case .files: try checkFiles()
        case .sealFiles: try checkSealFiles()
        case .sealSignatures: try checkSealSignatures()
        case .sealKey: return try checkSealKey()
        case .closing: try checkClosing()
        case .tags: try checkTags()
        case .payload: try checkPayload()
        case .form: try checkForm()
        case .trust: return try checkTrust()
        case .identities: try checkIdentities()
        case .receipts: try checkReceipts()
        case .signatures: try checkSignatures()
        case .inclusion: try checkInclusion()
        case .logTime: return try checkLogTime()
        case .commitments: try checkCommitments()
        case .leaves: try checkLeaves()
        case .register: try checkRegister()
        case .record: return try checkRecords()
        case .items: try checkItems()
        case .withheld: try checkWithheld()
        case .custody: try checkCustody()
        case .export: try checkExport()
        case .sealText: try checkSealText()
        case .sealTime: return try checkSealTime()
        case .parts: return try checkParts()
        case .addenda: return try checkAddenda()
        }
        return nil
    }

    /// What an earlier step learned, without which this one cannot be made.
    func need<Value>(_ value: Value?, from step: VerificationStep) throws(Finding) -> Value {
        guard let value else { throw Finding("cannot be checked, because \(step.rawValue) failed") }
        return value
    }

    /// The paths under a folder, in order.
    func paths(under folder: String) throws(Finding) -> [String] {
        try need(files, from: .files).sizes.keys.filter { $0.hasPrefix(folder) }.sorted()
    }

    func bytes(_ path: String) throws(Finding) -> [UInt8] {
        try need(files, from: .files).bytes(path)
    }

    private var facts: [(name: String, value: String)] {
        var facts: [(name: String, value: String)] = []
        if let last = receipts?.last?.receipt.entry {
            let statement = last.signed.statement
            facts.append(("vault", statement.vault))
            if let caseID = statement.act.caseID { facts.append(("case", caseID.hex)) }
            facts.append(("exported by", statement.actor.grouped))
            facts.append(("exported at", last.accepted.text))
        }
        if let part = try? part() { facts.append(("part", part.place)) }
        facts += times.map(\.fact)
        if let seal = try? bytes(BundleLayout.seal) {
            facts.append(("SHA-256 of SEAL.txt", Hash(hashing: seal).hex))
        }
        if let sealKey {
            facts.append(("sealed by (P-256)", sealKey.name.p256.hex))
            facts.append(("sealed by (Ed25519)", sealKey.sshFingerprint))
        }
        for path in (try? paths(under: BundleLayout.addenda)) ?? [] where !closed.contains(path) {
            facts.append(("added later, not sealed", path))
        }
        if let logKey { facts.append(("log key", logKey.text)) }
        for receipt in receipts ?? [] {
            let signed = receipt.receipt.entry.signed
            guard case .exportOverride(let act) = signed.statement.act else { continue }
            facts.append(
                (
                    "consent overridden",
                    "for \(act.consentClass.rawValue) by entry \(receipt.receipt.index), on the authority "
                        + "\(act.authority), under \(signed.note.signatures.count) signatures"
                )
            )
        }
        let originals = originals
        for exhibit in exhibits ?? [] {
            let item = exhibit.item
            let parts = [
                item.file?.sha256.hex ?? "(file withheld)", exhibit.path,
                item.name.map { $0.text ?? "(not UTF-8)" } ?? "(name withheld)",
            ]
            facts.append((exhibit.name, parts.compactMap(\.self).joined(separator: " ")))
            facts += origin(of: exhibit, among: originals).map { ("\(exhibit.name) \($0)", $1) }
        }
        for (place, line) in (withheld?.lines ?? []).enumerated() {
            let item = line.item.map { " item \($0)" } ?? ""
            let authority = line.authority.isEmpty ? "" : ", \(line.authority)"
            facts.append(
                (
                    WithheldRegister.name(place + 1),
                    "withheld: \(line.submission)\(item) \(line.kind): \(line.code)\(authority)"
                )
            )
        }
        return facts + unsealed
    }
}
