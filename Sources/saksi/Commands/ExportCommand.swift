// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Evidence
import Vault
import VaultClient

/// `saksi export [case] CASE -o DIR --for CLASS`: makes a bundle.
struct ExportCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "case",
        abstract:
            "Export a case to a new folder that anyone can verify offline; the vault logs it.",
        discussion: """
            Only submissions whose consent covers the class go in. The folder holds the files as they \
            were submitted, what proves them, and VERIFY.txt, which says how to check all of it. It is \
            sealed with this device's export key (`saksi export-key init`); the SHA-256 of SEAL.txt, \
            which is printed, belongs on the signed certificate. What --withhold names is left out and \
            can be proved later: 1/3 is an item as `saksi list` numbers it, 1/3/name its name, \
            1/3/paragraph/2-4 a part of its text; * stands for any number. The file goes with any part of \
            its text.
            """
    )
    static let exits = Exit.allCases

    @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
    var caseName: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The new folder.", valueName: "dir"),
        completion: .directory
    )
    var output: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Whom it is for: asylum, court, media, partner, prosecutor, public, un.",
            valueName: "class"
        )
    )
    var consentClass: ConsentClass

    @Option(
        name: .customLong("submission"),
        help: ArgumentHelp(
            "Only this submission, as `saksi list` numbers it; may be given again.",
            valueName: "number"
        )
    )
    var submissions: [Int] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Only these, as `saksi list` numbers them: 2 is a submission, 1/3 or 1/3-5 items of one.",
            valueName: "items"
        ),
        transform: { try ItemSelector(parsing: $0) }
    )
    var items: [ItemSelector] = []

    @OptionGroup var withholding: WithholdingOptions

    @OptionGroup var delivery: RecipientOptions

    @Option(
        name: .customLong("part-size"),
        help: ArgumentHelp(
            "Make several bundles where the files have more bytes: 700M, 4G, or a number.",
            valueName: "size"
        )
    )
    var partSize: FileSize?

    @Option(
        help: ArgumentHelp(
            "Whose forum the documents are made for: court, icc, un, asylum; else what fits the class.",
            valueName: "forum"
        )
    )
    var profile: ReportProfile?

    @Flag(name: .customLong("no-pdf"), help: "Make the report as HTML alone.")
    var withoutPDF = false

    @Flag(
        name: .customLong("no-metadata"),
        help: "Do not read what the files say of themselves (EXIF and the like)."
    )
    var withoutMetadata = false

    @OptionGroup var stamping: StampingOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard submissions.isEmpty || items.isEmpty else {
            throw ValidationError("--submission and --items exclude each other")
        }
    }

    func run() async throws {
        let withholding = try withholding.orders()
        let recipients = delivery.isEmpty ? nil : try delivery.recipients()
        if recipients != nil {
            for delivery in BundleDelivery.all(of: output) { try delivery.requireVacant() }
        }
        let tools = OutsideTools(makesPDF: !withoutPDF, readsMetadata: !withoutMetadata)
        try await tools.requireInstalled()
        let documents = ExportDocuments(
            profile: profile,
            software: "saksi \(Saksi.configuration.version)",
            tools: tools
        )
        let authorities = try stamping.authorities(otherwise: device.proxy)
        let bar = ProgressBar("exporting")
        defer { bar.finish() }
        var done: ExportResult
        do {
            done = try await device.withSession { session in
                try await session.export(
                    caseName,
                    for: consentClass,
                    to: output,
                    selection: selection,
                    withholding: withholding,
                    partSize: partSize?.bytes,
                    documents: documents,
                    stampedBy: authorities
                ) { bar.update(done: $0, total: $1) }
            }
        } catch let error as UnfinishedExport {
            bar.finish()
            // Said here: an interruption is reported without its cause.
            let entries = error.entries.map(String.init).joined(separator: ", ")
            Terminal.error(
                "saksi: warning: no bundle was made, but the vault's log holds its export: entry "
                    + entries
            )
            throw error.cause
        }
        bar.finish()
        if let parts = done.parts {
            for part in parts { warn(of: part.unstamped, in: part.bundle) }
        } else {
            warn(of: done.unstamped, in: done.bundle)
        }
        if let recipients { done.deliveries = try deliver(done, to: recipients) }
        if json { return try Listing.show(json: done) }
        let unopenable = done.unopenable.map(String.init).joined(separator: ", ")
        var lines: [(label: String, value: String?)] = [
            ("exported", Amount.count(done.files, "file")),
            ("from", Amount.count(done.submissions, "submission")),
            ("left out", done.withheld == 0 ? nil : "\(done.withheld) without that consent"),
        ]
        lines += done.erased.map { ("erased", "submission \($0)") }
        lines += [
            ("unopened", unopenable.isEmpty ? nil : "submission \(unopenable), which no key opens"),
            ("bundle", done.bundle), ("manifest", done.manifest), ("seal", done.seal),
            ("statement", done.statement), ("log entry", "\(done.index)"),
        ]
        if let parts = done.parts {
            for part in parts {
                lines.append(("part", "\(part.bundle), seal \(part.seal)"))
                lines += part.stamps.map { ("stamped", $0) }
            }
        } else {
            lines += done.stamps.map { ("stamped", $0) }
        }
        lines += (done.deliveries ?? []).flatMap(\.lines)
        Listing.show(lines)
    }

    /// Names the authorities that did not stamp a bundle, and how it is stamped later.
    private func warn(of unstamped: [String], in bundle: String) {
        guard !unstamped.isEmpty else { return }
        StampingOptions.warn(of: unstamped)
        let proxy = DeviceOptions.proxyName(stamping.proxy ?? device.proxy)
        let way = proxy.map { " --tsa-proxy \(Terminal.plain($0))" } ?? ""
        Terminal.error(
            "saksi: hint: the bundle is whole; `saksi timestamp renew \(Terminal.plain(bundle)) "
                + "--tsa URL=FILE\(way)` has it stamped later"
        )
    }

    /// The export stands whatever becomes of its delivery.
    private func deliver(_ done: ExportResult, to recipients: Recipients) throws
        -> [DeliveredBundle]
    {
        do {
            return try BundleDelivery.write(done.bundle, to: recipients)
        } catch {
            throw Failure(
                "the bundle is whole and its export logged, but it was not sealed for the way: "
                    + ClientError(describing: error).message,
                hint: "seal it with `saksi export deliver`"
            )
        }
    }

    private var selection: ExportSelection {
        guard items.isEmpty else { return .items(items) }
        return submissions.isEmpty ? .all : .submissions(Set(submissions))
    }
}
