// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Timestamp
import Vault

extension BundleWriter {
    /// Where one of ``files``, finished, lies on the disk until the bundle is sealed.
    public func location(of file: ObjectFile) -> String { folder.location(of: file.path) }

    /// Adds what a file says of itself, read by a program that knows its format.
    ///
    /// - Throws: ``BundleError``.
    public func addMetadata(_ text: [UInt8], of file: ObjectFile) throws(BundleError) {
        let exhibit = file.path.dropFirst(BundleLayout.items.count).prefix { $0 != "/" }
        try addPayload(text, at: BundleLayout.metadata(String(exhibit)))
    }

    /// The custody report as HTML: what a PDF is made from.
    public func report(_ setting: ReportSetting) -> [UInt8] {
        CustodyReport(contents, setting).page
    }

    /// Adds the custody report and the load files; before ``writePayload()``.
    ///
    /// - Parameters:
    ///   - setting: what they are like.
    ///   - pdf: ``report(_:)`` as a PDF, if there is one.
    /// - Throws: ``BundleError``.
    public func addReport(_ setting: ReportSetting, pdf: [UInt8]? = nil) throws(BundleError) {
        try addPayload(report(setting), at: BundleLayout.report)
        if let pdf { try addPayload(pdf, at: BundleLayout.reportPDF) }
        let loadFile = LoadFile(contents, profile: setting.profile)
        try addPayload(loadFile.table, at: BundleLayout.loadFile)
        guard setting.profile.hasPlatformFiles else { return }
        try addPayload(loadFile.concordance, at: BundleLayout.concordance)
        try addPayload(loadFile.opticon, at: BundleLayout.opticon)
    }

    /// The template of the paper certificate, with what the seal tells filled in.
    ///
    /// - Parameters:
    ///   - setting: what it is like.
    ///   - seal: the bytes of `SEAL.txt`, which ``seal(with:by:)`` gave.
    ///   - key: the key that signed them.
    ///   - stamps: their time-stamps.
    ///   - index: the log index of the export.
    /// - Returns: The page, for `addenda/`.
    public func certificate(
        _ setting: ReportSetting,
        seal: [UInt8],
        key: ExportPublicKey,
        stamps: [KeptTimestamp],
        export index: UInt64
    ) -> [UInt8] {
        let sealed = Certificate.Sealed(
            seal: Hash(hashing: seal),
            keys: [
                ("P-256 key, SHA-256 of its DER", Certificate.groups(key.name.p256.hex)),
                ("Ed25519 key, as ssh-keygen names it", key.sshFingerprint),
            ],
            stamps: stamps.map {
                ($0.token.info.time.text, Certificate.groups(Hash(hashing: $0.root).hex))
            },
            export: index,
            files: payload.hashes.count,
            bytes: payloadBytes,
            withheld: contents.withheld.lines.count
        )
        return Certificate(contents, setting, sealed: sealed).page
    }
}
