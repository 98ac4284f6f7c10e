// SPDX-License-Identifier: Apache-2.0

public import Evidence
import Timestamp
public import Vault

/// Programs of others that an export may use; this library runs none.
public protocol DocumentTools: Sendable {
    /// A page as a PDF; the same page and time give the same bytes.
    ///
    /// - Returns: `nil` where no PDF is wanted.
    func pdf(of page: [UInt8], made: UTCTime) async throws -> [UInt8]?

    /// What files say of themselves, as text.
    ///
    /// - Parameter paths: absolute.
    /// - Returns: the text of each, in their order; empty where there is none.
    /// - Throws: where the program is missing or fails.
    func metadata(of paths: [String]) async throws -> [[UInt8]]
}

/// Which documents an export makes beside the evidence.
public struct ExportDocuments: Sendable {
    /// For which forum; `nil` for the one that fits the class.
    public var profile: ReportProfile?
    /// The program and its version, as the report names it.
    public var software: String
    /// What makes PDFs and reads metadata; without it there are none.
    public var tools: (any DocumentTools)?

    /// Chooses documents.
    public init(
        profile: ReportProfile? = nil,
        software: String = "saksi",
        tools: (any DocumentTools)? = nil
    ) {
        self.profile = profile
        self.software = software
        self.tools = tools
    }

    /// Adds the documents of the payload to a bundle of which every file is written.
    func add(
        to writer: BundleWriter,
        for consentClass: ConsentClass,
        by exporter: Fingerprint,
        at date: UTCTime
    ) async throws {
        let setting = setting(for: consentClass, by: exporter)
        if let tools {
            let texts = try await tools.metadata(of: writer.files.map(writer.location))
            for (file, text) in zip(writer.files, texts) where !text.isEmpty {
                try writer.addMetadata(text, of: file)
            }
        }
        let pdf = try await tools?.pdf(of: writer.report(setting), made: date)
        try writer.addReport(setting, pdf: pdf)
    }

    /// Adds the certificate's template to a bundle that is sealed.
    func addCertificate(
        to writer: BundleWriter,
        for export: Export,
        by exporter: Fingerprint,
        sealed seal: [UInt8],
        key: ExportPublicKey,
        stamps: [KeptTimestamp],
        index: UInt64,
        at date: UTCTime
    ) async throws {
        let page = writer.certificate(
            setting(for: export.consentClass, by: exporter),
            seal: seal,
            key: key,
            stamps: stamps,
            export: index
        )
        try writer.add(page, at: "addenda/certificate.html")
        guard let pdf = try await tools?.pdf(of: page, made: date) else { return }
        try writer.add(pdf, at: "addenda/certificate.pdf")
    }

    private func setting(
        for consentClass: ConsentClass,
        by exporter: Fingerprint
    ) -> ReportSetting {
        ReportSetting(
            profile: profile ?? ReportProfile(for: consentClass),
            exporter: exporter,
            software: software
        )
    }
}
