// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Bulk
import Encodings
public import Evidence
public import Timestamp
public import TransparencyLog
import TrustRoots

/// What `saksi verify` and `saksi-verify` take alike, and the report that both give.
public struct VerifyOptions: ParsableArguments {
    /// What both say below their abstract.
    public static let discussion = """
        Without a key, those in the bundle are used, and the report says that this proves nothing \
        about who made it: compare them with the one that the vault publishes, and the one on the \
        signed certificate. With --vkey, the witnesses are those that this program knows.
        """

    @Option(
        name: .customLong("vkey"),
        help: "The log's verifier key; may be repeated, and any of them will do.",
        transform: { try VerifierKey(parsing: $0) }
    )
    var keys: [VerifierKey] = []

    @Option(
        help: ArgumentHelp(
            "A tlog-policy file: the logs, witnesses and quorum to trust.",
            valueName: "file"
        ),
        completion: .file()
    )
    var policy: String?

    @Option(
        name: .customLong("tsa-root"),
        help: ArgumentHelp(
            "A file with the roots of time-stamping authorities to trust, in PEM; may be repeated.",
            valueName: "file"
        ),
        completion: .file()
    )
    var authorityRoots: [String] = []

    @Option(
        name: .customLong("export-key"),
        help: ArgumentHelp(
            "The fingerprint of a key that seals exports, 64 digits or SHA256:…; may be repeated, and any "
                + "of them will do.",
            valueName: "fingerprint"
        ),
        transform: Self.fingerprint
    )
    var exportKeys: [Hash] = []

    /// Whether the report is printed for programs.
    @Flag(help: "Print the report as one line of JSON.")
    public var json = false

    @Argument(help: "The bundle's folder.", completion: .directory)
    var bundle: String

    /// Options that the parser fills in.
    public init() {}

    /// Refuses options that exclude each other.
    public func validate() throws {
        guard keys.isEmpty || policy == nil else {
            throw ValidationError("--vkey and --policy exclude each other")
        }
    }

    /// Checks the bundle.
    ///
    /// - Parameters:
    ///   - policy: reads a policy file.
    ///   - roots: reads files of certificates.
    /// - Returns: The report.
    /// - Throws: What these throw; a bundle that does not verify is not an error.
    public func report(
        policy: (String) throws -> TrustPolicy,
        roots: ([String]) throws -> CertificateFile
    ) throws -> VerificationReport {
        BundleVerifier(bundle).report(
            trusting: try trusted(policy),
            stampedUnder: authorityRoots.isEmpty ? nil : try roots(authorityRoots),
            sealedBy: exportKeys
        )
    }

    /// Of either algorithm: as statements write it, or as `ssh-keygen` does.
    private static func fingerprint(_ text: String) throws -> Hash {
        let prefix = "SHA256:"
        let hash =
            text.hasPrefix(prefix)
            ? Base64.unpadded.decode(text.dropFirst(prefix.count)).flatMap { Hash($0) }
            : Hash(hex: text)
        guard let hash else {
            throw ValidationError("a fingerprint is 64 digits, or SHA256: and 43: got \"\(text)\"")
        }
        return hash
    }

    private func trusted(_ read: (String) throws -> TrustPolicy) throws -> TrustPolicy? {
        if let policy { return try read(policy) }
        guard !keys.isEmpty else { return nil }
        let common = try TrustPolicy(parsing: TrustRoots.defaultPolicy)
        return TrustPolicy(
            logs: keys.map { TrustPolicy.Log(key: $0) },
            witnesses: common.witnesses,
            quorum: common.quorum
        )
    }
}
