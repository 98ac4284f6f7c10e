// SPDX-License-Identifier: Apache-2.0

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
}
