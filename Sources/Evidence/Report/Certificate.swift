// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// `addenda/certificate.html`: what a person signs on paper, with what the program knows filled in.
///
/// Numbers, digests and times are filled in. What only a person can know stays blank: who they are, what
/// they compared themselves, how the system was kept. A lawyer adapts it to the forum.
struct Certificate {
    /// What was sealed.
    struct Sealed {
        /// The SHA-256 of `SEAL.txt`.
        let seal: Hash
        /// The fingerprints of the keys that signed it, each with what it is called.
        let keys: [(name: String, fingerprint: String)]
        /// The time-stamps of it: the time, and the authority by its root certificate.
        let stamps: [(time: String, root: String)]
        /// The log index of the export.
        let export: UInt64
        /// The files under `data/`.
        let files: Int
        /// Their size in bytes.
        let bytes: UInt64
        /// The lines of `register/withheld.csv`.
        let withheld: Int
    }

    private let contents: BundleContents
    private let setting: ReportSetting
    private let sealed: Sealed

    init(_ contents: BundleContents, _ setting: ReportSetting, sealed: Sealed) {
        self.contents = contents
        self.setting = setting
        self.sealed = sealed
    }

    var page: [UInt8] {
        HTML.page(
            title: "Certificate, case \(contents.caseID), export \(sealed.export)",
            date: contents.date.text,
            footer: "Certificate · case \(contents.caseID) · export \(sealed.export)",
            body: """
                <h1>\(setting.profile.certificateTitle)</h1>
                <p class="lead">\(setting.profile.certificateRules)</p>
                <p class="note">A template. The program filled in what it knows: numbers, digests, times. The person who
                signs fills in the rest, strikes what is not so, and states nothing that they did not do themselves.</p>
                \(numbers)
                <ol class="terms">
                \(terms.map { term -> HTML in "<li>\(term)</li>\n" })</ol>
                \(declaration)\(second)
                """
        )
    }

    private var numbers: HTML {
        HTML.list(
            [
                ("Case", .code("\(contents.caseID)")),
                ("Export", "number \(sealed.export) in the log of \(contents.logKey.name)"),
                ("SHA-256 of SEAL.txt", .code(Self.groups(sealed.seal.hex))),
            ]
                + sealed.keys.map { ($0.name, .code($0.fingerprint)) }
                + sealed.stamps.map {
                    (
                        "Time stamp",
                        "\($0.time), root certificate, SHA-256 of its DER \(.code($0.root))"
                    )
                }
        )
    }

    private var terms: [HTML] {
        let blank = HTML.blank
        return [
            """
            I am \(blank) (name and title, or a pseudonym lodged under seal with \(blank)). I work for \(blank) as
            \(blank). My training and experience in computing and comparing hash values: \(blank). I make this from personal
            knowledge.
            """,
            """
            The data certified is export \(sealed.export) of case \(.code("\(contents.caseID)")), in \(sealed.files) files
            with \(sealed.bytes) bytes in all, each listed with its SHA-256 in <code>manifest-sha256.txt</code>. The file
            <code>SEAL.txt</code> of this export has the SHA-256 above.
            """,
            """
            System: \(setting.software), on \(blank) (make, model, serial number of the device), under our lawful
            control, in regular use from \(blank) to \(blank). During that time it worked properly, except: \(blank), which did not
            affect the data because \(blank).
            """,
            """
            Process: when an item is received the submitting device computes its SHA-256 and commits to it before
            anything is sent. The item is kept sealed by authenticated encryption, and each reading checks it again. At this export
            each file was opened and its SHA-256 computed again while the copy was written; the program ends an
            export in which one differs. I compared the values with \(blank) (tool, version) on \(blank) (date, UTC) for \(blank)
            (which items). They were identical for all of them except: \(blank).
            """,
            """
            For the items \(blank) our custody begins only when we received them, from \(blank). Of earlier handling I
            have no knowledge. Values called claimed were written by the capturing device or the person who submitted it,
            and I did not verify them.
            """,
            """
            Withheld: what <code>register/withheld.csv</code> lists, in \(sealed.withheld) lines, each with its reason. The
            salted digests of what is withheld are part of what was committed to and sealed. Redacted copies and translations are
            named as such and are not originals.
            """,
            """
            The signing keys have the fingerprints above. They are held by \(blank) (role). I have no reason to believe
            that anybody else used them, except: \(blank).
            """,
            """
            I checked this export with the steps of <code>VERIFY.txt</code>, using \(blank) (tools, versions), on
            \(blank). The outcome was: \(blank).
            """,
        ]
    }

    private var declaration: HTML {
        """
        <div class="signature">
        <p>\(setting.profile.declaration)</p>
        <p>Executed on \(HTML.blank) at \(HTML.blank)</p>
        <p>Signature \(HTML.blank)</p>
        </div>
        """
    }

    /// The second person: an expert, or who translated.
    private var second: HTML {
        let blank = HTML.blank
        return switch setting.profile {
        case .court, .icc:
            """
            <div class="part">
            <h2>Part B. Statement of an independent expert</h2>
            <p>I am \(blank), with the qualification \(blank), and independent of the organisation above. I examined the export
            whose <code>SEAL.txt</code> has the SHA-256 \(.code(Self.groups(sealed.seal.hex))). Concerning paragraphs 2, 4 and 8
            I state for myself: \(blank)</p>
            <p>Hash algorithm used: SHA-256 (or \(blank)). Report of the hash values enclosed: \(blank).</p>
            <p>\(setting.profile.declaration)</p>
            <p>Executed on \(blank) at \(blank)</p>
            <p>Signature \(blank)</p>
            </div>
            """
        case .un, .asylum:
            """
            <div class="part">
            <h2>Certificate of translation</h2>
            <p>I am \(blank), competent in \(blank) and \(blank). The translation of \(blank) is complete and correct to the best of my
            knowledge and ability. It was made by me, with the help of: \(blank).</p>
            <p>Executed on \(blank) at \(blank)</p>
            <p>Signature \(blank)</p>
            </div>
            """
        }
    }

    /// In groups of four digits, as people read them aloud.
    static func groups(_ digits: String) -> String {
        let digits = Array(digits)
        return stride(from: 0, to: digits.count, by: 4)
            .map { String(digits[$0..<min($0 + 4, digits.count)]) }.joined(separator: " ")
    }
}

extension ReportProfile {
    fileprivate var certificateTitle: String {
        switch self {
        case .court: "Certification of data copied from an electronic storage system"
        case .icc: "Statement of the custodian on origin and integrity"
        case .un: "Statement of the submitting organisation on the annexes"
        case .asylum: "Declaration of the custodian of the documents"
        }
    }

    fileprivate var certificateRules: String {
        switch self {
        case .court:
            "Modelled on Federal Rules of Evidence 902(13) and 902(14), and on the form of section 63(4) "
                + "of the Bharatiya Sakshya Adhiniyam 2023, Parts A and B. Serve it with notice, "
                + "reasonably before the hearing, and offer inspection."
        case .icc:
            "For the assessment under article 69(4) of the Rome Statute, which knows no rule of formal "
                + "authentication."
        case .un:
            "To accompany a communication. Names of people who must stay unknown do not belong in it."
        case .asylum: "To accompany an application. Authentication is by any established means."
        }
    }

    fileprivate var declaration: String {
        switch self {
        case .court:
            "I declare under penalty of perjury [outside of the United States: under the laws of the "
                + "United States of America] that the foregoing is true and correct."
        case .icc, .un, .asylum: "I declare that the foregoing is true to the best of my knowledge."
        }
    }
}
