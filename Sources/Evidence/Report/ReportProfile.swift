// SPDX-License-Identifier: Apache-2.0

public import Vault

/// For which kind of forum the documents of a bundle are made: headings, columns and templates.
public enum ReportProfile: String, CaseIterable, Sendable {
    /// A court, or anybody who wants what a court would.
    case court
    /// The International Criminal Court and prosecutors who work like it.
    case icc
    /// Bodies of the United Nations.
    case un
    /// An asylum authority.
    case asylum

    /// The one that fits a class of recipients.
    public init(for consentClass: ConsentClass) {
        switch consentClass {
        case .asylum: self = .asylum
        case .prosecutor: self = .icc
        case .un: self = .un
        case .court, .media, .partner, .public: self = .court
        }
    }

    /// The heading of the custody report.
    var title: String {
        switch self {
        case .court: "Custody report"
        case .icc: "Report on source and chain of custody"
        case .un: "Annex: origin and custody of the documents"
        case .asylum: "Origin and custody of the documents in support"
        }
    }

    /// What an exhibit is called.
    var exhibitWord: String {
        switch self {
        case .court, .icc: "Exhibit"
        case .un: "Annex"
        case .asylum: "Document"
        }
    }

    /// What the reader does with the report, in a sentence or two.
    var purpose: String {
        switch self {
        case .court:
            "It states who handled each file since it came into custody, when and why, and how anybody "
                + "can check that the files are unchanged. It follows the chain of custody record of "
                + "ISO/IEC 27037 and uses the event types of PREMIS."
        case .icc:
            "It states the source of each item, how and when it came into custody, and every act on it "
                + "since, for the assessment of relevance and probative value. Withheld facts carry the "
                + "codes that redaction protocols of the Court use."
        case .un:
            "It lists the annexes, states when and how each was received, for whom the person consented "
                + "to its use, and how anybody can check that it is unchanged. What must stay "
                + "confidential is named as such."
        case .asylum:
            "It lists the documents, states when and how each was received and who handled it since. "
                + "Each is the complete file as it was received, not an extract or a print-out, unless "
                + "it is named a translation or a redacted copy."
        }
    }

    /// Whether the load files that review platforms read, DAT and OPT, are made beside the table.
    var hasPlatformFiles: Bool { self == .court || self == .icc }
}

/// What the documents of a bundle are to be like.
public struct ReportSetting: Sendable {
    /// For which forum.
    public let profile: ReportProfile
    /// Who exports.
    public let exporter: Fingerprint
    /// The program and its version, `saksi 1.2.3`.
    public let software: String

    /// Puts a setting together.
    public init(profile: ReportProfile, exporter: Fingerprint, software: String) {
        self.profile = profile
        self.exporter = exporter
        self.software = software
    }
}
