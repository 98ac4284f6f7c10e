// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// The custody report: what the log and the leaves say of the exhibits, for people.
///
/// Facts only, and each with where it comes from (ISO/IEC 27042 asks to keep them apart from opinions,
/// for which there is an empty place at the end). The same contents give the same bytes.
struct CustodyReport {
    private let contents: BundleContents
    private let setting: ReportSetting
    /// All who signed an entry, and the exporter, in the order of their first act.
    private var actors: [Fingerprint] = []
    private var numbers: [Fingerprint: Int] = [:]
    /// To whom each submission may be given.
    private let consents: [String: String]

    init(_ contents: BundleContents, _ setting: ReportSetting) {
        self.contents = contents
        self.setting = setting
        consents = Dictionary(
            uniqueKeysWithValues: contents.submissions.map { name, submission in
                let classes = BundleContents.consent(
                    for: submission.records,
                    in: contents.receipts
                )
                return (name, classes.map(\.rawValue).joined(separator: ", "))
            }
        )
        for actor in contents.custody.lines.map(\.statement.actor) + [setting.exporter]
        where numbers[actor] == nil {
            actors.append(actor)
            numbers[actor] = actors.count
        }
    }

    private var profile: ReportProfile { setting.profile }

    var page: [UInt8] {
        HTML.page(
            title: "\(profile.title), case \(contents.caseID)",
            date: contents.date.text,
            footer: "\(profile.title) · case \(contents.caseID) · \(contents.date.text.prefix(10))",
            body: """
                <h1>\(profile.title)</h1>
                <p class="lead">\(profile.purpose)</p>
                \(cover)\(exhibits)\(WithheldRows(contents.withheld).section)\(custody)\(people)\(gaps)\(method)\(opinion)
                """
        )
    }

    private var cover: HTML {
        let bytes = contents.exhibits.reduce(0) { $0 + ($1.item.file?.size ?? 0) }
        return HTML.list([
            ("Case", .code("\(contents.caseID)")),
            ("Vault", "\(contents.logKey.name)"),
            ("For", "class <b>\(contents.consentClass.rawValue)</b>"),
            ("Made", "\(contents.date.text), by the exporting device’s clock"),
            ("Exported by", "\(label(setting.exporter)), \(.code(setting.exporter.grouped))"),
            ("\(profile.exhibitWord)s", "\(contents.exhibits.count), \(bytes) bytes in all"),
            ("Submissions", "\(contents.submissions.count)"),
            ("Log key", .code(contents.logKey.text)),
            ("Made with", "\(setting.software)"),
        ])
    }

    /// What stands for a fact that the bundle does not show; `register/withheld.csv` says why.
    private static let withheld = "(withheld)"

    private var exhibits: HTML {
        let originals = contents.derivedFrom
        let parts = contents.exhibits.map { exhibit -> HTML in
            let item = exhibit.item
            let receipt = contents.submitted(exhibit.submission)
            let rows: [(String, HTML)] = [
                (
                    "Name as found",
                    "<bdi>\(item.name.map { $0.text ?? "(not UTF-8: see item.json)" } ?? Self.withheld)</bdi>"
                ),
                ("Place in the bundle", exhibit.path.map { .code($0) } ?? "\(Self.withheld)"),
                ("Kind", "\(item.role?.rawValue ?? Self.withheld), \(item.type ?? Self.withheld)"),
                ("Size", "\(item.file.map { "\($0.size) bytes" } ?? Self.withheld)"),
                ("Provided by", "\(receipt.map { label($0.entry.signed.statement.actor) } ?? "")"),
                ("Custody begins", "\(receipt?.entry.accepted.text ?? "") (vault’s clock)"),
                ("SHA-256 at intake", item.file.map { .code($0.sha256.hex) } ?? "\(Self.withheld)"),
                (
                    "SHA-256 now",
                    item.file == nil
                        ? "\(Self.withheld)"
                        : "the same: computed again while the copy was written; a difference ends an export"
                ),
                (
                    "Claimed, not verified",
                    "last changed \(item.modified?.text ?? Self.withheld), as the submitting device said"
                ),
                ("Consent", "\(consent(of: exhibit.submission))"),
            ]
            return """
                <h3>\(profile.exhibitWord) \(exhibit.name) (\(exhibit.submission), item \(exhibit.number))</h3>
                \(HTML.list(rows + DetailRows(item.details, madeFrom: originals).rows))
                """
        }
        return """
            <h2>\(profile.exhibitWord)s</h2>
            <p>What was recorded when each file came in, and committed to on that day. Claimed values were written
            by devices or people before intake and were verified by nobody.</p>
            \(parts)
            """
    }

    private var custody: HTML {
        let rows = contents.custody.lines.map { line -> [HTML] in
            let words = CustodyWords(line.statement.act)
            let way: HTML = words.to.isEmpty ? "" : "\(words.from) → \(words.to)"
            let reason: HTML = words.reason.isEmpty ? "" : "<br>Reason: <bdi>\(words.reason)</bdi>"
            let exhibits =
                line.exhibits.count == contents.exhibits.count ? "all" : Self.runs(line.exhibits)
            return [
                "\(line.number)<br>(log \(line.receipt.index))",
                "\(line.receipt.entry.accepted.text)<br>claimed \(line.statement.time.text)",
                "\(words.handling)<br><i>\(words.premis)</i>\(reason)",
                "\(label(line.statement.actor))<br>as \(words.role)",
                way, "\(words.outcome)", "\(exhibits)",
                .code(line.receipt.entry.signed.id.hex),
            ]
        }
        return """
            <h2>Chain of custody</h2>
            <p>Every act that the vault’s log holds on these files, in its order; the first line that concerns an exhibit
            is its intake. In italics the PREMIS event. Times are UTC: the vault’s, rounded down, and what the actor’s
            device claimed. Each statement was signed by its actor; it is in the bundle under <code>receipts/</code> with
            the proof that the log holds it. The export that made this bundle comes after the last line.</p>
            \(HTML.table(
                ["No.", "Time", "Event", "By", "From → to", "Outcome", "Exhibits", "Statement (SHA-256)"],
                rows
            ))
            """
    }

    private var people: HTML {
        let rows = actors.map { actor -> [HTML] in
            let acts = contents.custody.lines.filter { $0.statement.actor == actor }
            let roles = acts.map { CustodyWords($0.statement.act).role }
            let unique = roles.enumerated().filter { roles.firstIndex(of: $1) == $0 }.map(\.element)
            return [
                "\(label(actor))",
                "\(unique.isEmpty ? "custodian" : unique.joined(separator: ", "))",
                .code(actor.grouped),
            ]
        }
        return """
            <h2>Who acted</h2>
            <p>People are named by the fingerprint of their keys. Who they are, and who can be called as a witness, the
            organisation says on paper, to whom it chooses.</p>
            \(HTML.table(["Here called", "Acted as", "Fingerprint of the keys"], rows))
            """
    }

    private var gaps: HTML {
        let items = CustodyGaps(contents).texts.map { text -> HTML in "<li>\(text)</li>\n" }
        return """
            <h2>Gaps and limits</h2>
            <ul>
            \(items)</ul>
            <p class="note">A matching SHA-256 shows that a file is the same, to the byte, as when it was committed to. It
            does not show who made the file, where, or whether what it tells is true.</p>
            """
    }

    private var method: HTML {
        """
        <h2>Method</h2>
        <p>The submitting device computed the SHA-256 (FIPS 180-4) of each file, salted it and each other fact with 32
        random bytes, and signed the list of the digests (Ed25519) before anything was sent. Files were sealed on that
        device in the format age v1 (ChaCha20-Poly1305, file key to ML-KEM-768 and X25519 together); the vault holds no key
        to them. The vault’s log is a Merkle tree (RFC 6962) whose heads are signed notes (C2SP). At export the files were
        opened, which checks each 64 KiB of them, and their SHA-256 was computed again and compared before the folder got its
        name. The folder is a BagIt 1.0 bag (RFC 8493).</p>
        <p><code>VERIFY.txt</code> checks all of it with <code>sha256sum</code> and <code>openssl</code>; no program of ours is
        needed. Another analyst who follows it reaches the same result.</p>
        <p>Made with \(setting.software). Faults of the system in the period: \(HTML.blank) (to be stated by the operator; the
        program keeps no list of its own).</p>
        """
    }

    private var opinion: HTML {
        """
        <h2>Opinion</h2>
        <p>The program has none. An examiner’s assessment of reliability, and on what it rests, belongs here or in a
        report of its own, signed by that person:</p>
        <p>\(HTML.blank)</p>
        """
    }

    private func label(_ actor: Fingerprint) -> String {
        numbers[actor].map { "Person \($0)" } ?? actor.grouped
    }

    private func consent(of name: String) -> String {
        "given for \(consents[name] ?? ""), as the last statement of the submitter in this bundle has it"
    }

    /// `E0001–E0004, E0007`.
    static func runs(_ names: [String]) -> String {
        var runs: [(first: String, last: String, next: Int)] = []
        for name in names {
            guard let number = Int(name.dropFirst()) else { continue }
            if let last = runs.indices.last, runs[last].next == number {
                runs[last].last = name
                runs[last].next += 1
            } else {
                runs.append((name, name, number + 1))
            }
        }
        return runs.map { $0.first == $0.last ? $0.first : "\($0.first)–\($0.last)" }
            .joined(separator: ", ")
    }
}
