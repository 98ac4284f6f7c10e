// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

/// `00-START-HERE.html`: the page that somebody who was handed the folder opens first.
struct StartPage {
    private let contents: BundleContents
    private let export: Receipt

    /// - Parameters:
    ///   - contents: what is in the bundle.
    ///   - export: the entry of the export that made it.
    init(_ contents: BundleContents, export: Receipt) {
        self.contents = contents
        self.export = export
    }

    var page: [UInt8] {
        HTML.page(
            title: "Start here: evidence of case \(contents.caseID)",
            date: contents.date.text,
            footer: "Case \(contents.caseID) · export \(export.index)",
            body: """
                <h1>Evidence, sealed so that a change shows</h1>
                <p class="lead">This folder holds files and the record of who handled them. You can check yourself, without
                trusting who gave it to you, that nothing was changed since it was sealed.</p>
                \(facts)\(places)\(checks)\(limits)
                """
        )
    }

    private var facts: HTML {
        let part = contents.part.map { part -> HTML in
            "\(part.place): the others are exports of their own, which part 1 names"
        }
        return HTML.list([
            ("Case", .code("\(contents.caseID)")),
            ("Part", part ?? "the whole export"),
            ("Export", "number \(export.index) in the log of \(contents.logKey.name)"),
            ("For", "class <b>\(contents.consentClass.rawValue)</b>"),
            ("Logged", "\(export.entry.accepted.text)"),
            ("By the holder of the keys", .code(export.entry.signed.statement.actor.grouped)),
            ("Files", "\(contents.exhibits.count)"),
        ])
    }

    private var places: HTML {
        let rows: [(String, HTML)] = [
            (
                BundleLayout.seal,
                "The seal: the one file that is signed, which fixes every other; <code>seal/</code> has its signatures"
            ),
            (
                BundleLayout.items,
                "The files, each in a folder <code>E…</code>, to the byte as they were submitted"
            ),
            ("data/report/", "The custody report: who did what with them, when and why"),
            (BundleLayout.custodyTable, "The same as a table"),
            (
                BundleLayout.register,
                "The facts that were committed to when the files were submitted, as far as they are shown"
            ),
            (
                BundleLayout.receipts,
                "What people signed, and the proof that the vault’s log holds it"
            ),
            (BundleLayout.instructions, "How to check all of this, step by step"),
            (
                BundleLayout.addenda,
                "What came after the seal, such as the certificate to be signed; each file says what it proves"
            ),
        ]
        return """
            <h2>What is where</h2>
            \(HTML.table(["Place", "What it is"], rows.map { [.code($0), $1] }))
            """
    }

    private var checks: HTML {
        """
        <h2>How to check it</h2>
        <p>First the number on paper: <code>sha256sum \(BundleLayout.seal)</code> prints 64 digits, which must be those on the signed
        certificate. Everything else hangs from this one file. Then in one of these ways, none of which needs a network:</p>
        <ol>
        <li><b>With common tools.</b> Follow <code>VERIFY.txt</code>, which has each command ready.\(Self.steps)</li>
        <li><b>In a browser.</b> Open <code>verify.html</code> and give it this folder. It says
        in plain words what is unchanged and what is not proved. Your browser may ask to “upload” the files: nothing leaves the
        computer.</li>
        <li><b>With our program.</b> <code>saksi verify</code> makes the same checks and more, and says of each what it proves
        and what not.</li>
        </ol>
        <p class="note">Do not let this folder tell you that it is genuine: somebody who forged it would have forged
        this page too. Compare the numbers that <code>VERIFY.txt</code> asks for with the certificate that you were given on paper,
        or with what the organisation publishes.</p>
        """
    }

    private static let steps = HTML.table(
        ["Step", "What it shows", "With"],
        [
            [
                "1", "The seal is the one that the certificate is about",
                "<code>sha256sum</code>, your eyes",
            ],
            [
                "2", "The seal names the lists of files, and of all commitments",
                "<code>sha256sum</code>",
            ],
            ["3, 4", "Every file is as it was when it was sealed", "<code>sha256sum</code>"],
            ["5", "Nothing was added", "<code>find</code>"],
            ["6, 7", "Whose key sealed it", "<code>openssl</code>, <code>ssh-keygen</code>"],
            [
                "8", "When it was sealed at the latest, where it was time-stamped",
                "<code>openssl</code>",
            ],
            [
                "9", "What is shown is what was committed to; what is withheld can be proved later",
                "<code>sha256sum</code>",
            ],
            [
                "10 on", "The way back, through the vault’s log, to the day of the submission",
                "<code>openssl</code>",
            ],
        ]
    )

    private var limits: HTML {
        """
        <h2>What this does not show</h2>
        <ul>
        <li>That what the files tell is true, or who made them.</li>
        <li>What happened to a file before it was submitted.</li>
        <li>Who the people behind the fingerprints are.</li>
        </ul>
        """
    }
}
