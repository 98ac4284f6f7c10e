// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Evidence
import Vault
import VaultClient

/// What a submitter says of files: how they came, what is claimed, what they were made from.
struct DetailOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            How the files came to you: camera-original, messenger-document (sent as a file), \
            messenger-image (sent as a picture), usb, web-capture or other.
            """,
            valueName: "channel"
        )
    )
    var arrival: Arrival.Channel?

    @Option(help: ArgumentHelp("Of a web capture: the page's address.", valueName: "url"))
    var sourceURL: String?

    @Option(
        help: ArgumentHelp(
            "Of a web capture: when it was captured, as 2026-11-21T05:50:42Z.",
            valueName: "time"
        )
    )
    var capturedAt: UTCTime?

    @Option(
        help: ArgumentHelp(
            "Of a web capture: who looked whether it shows what it should, best a pseudonym.",
            valueName: "name"
        )
    )
    var seenBy: String?

    @Flag(help: "Of a web capture that was looked at: it does not show what it should.")
    var mismatch = false

    @Option(
        help: ArgumentHelp(
            "When it was made, as a device or a person claims, in any words.",
            valueName: "text"
        )
    )
    var claimedTime: String?

    @Option(
        help: ArgumentHelp(
            "Where it was made, as a device or a person claims, in any words.",
            valueName: "text"
        )
    )
    var claimedPlace: String?

    @Option(
        help: ArgumentHelp(
            """
            The original that the file was made from: an item as `saksi list` shows it, such as 3/1 \
            (the vault logs that you looked), or its commitment.
            """,
            valueName: "item"
        )
    )
    var derivedFrom: String?

    @Option(
        help: ArgumentHelp(
            "With an original: redacted, translated or transcribed.",
            valueName: "kind"
        )
    )
    var derivedKind: Derivation.Kind?

    @Option(
        help: ArgumentHelp(
            "With an original: how it was done, such as the program and its version.",
            valueName: "text"
        )
    )
    var method: String?

    @Option(
        help: ArgumentHelp(
            "With an original: the language of the translation or transcript, such as en or km.",
            valueName: "tag"
        )
    )
    var language: String?

    @Option(
        help: ArgumentHelp(
            "With an original: who compared the file with it, best a pseudonym.",
            valueName: "name"
        )
    )
    var reviewer: String?

    func validate() throws {
        let isCapture = arrival == .webCapture
        guard isCapture == (sourceURL != nil), isCapture == (capturedAt != nil) else {
            throw ValidationError(
                "--arrival web-capture, --source-url and --captured-at go together"
            )
        }
        guard seenBy == nil || isCapture, !mismatch || seenBy != nil else {
            throw ValidationError(
                "--seen-by goes with --arrival web-capture, and --mismatch with --seen-by"
            )
        }
        let isDerived = derivedFrom != nil
        guard isDerived == (derivedKind != nil), isDerived == (method != nil),
            isDerived || (language == nil && reviewer == nil)
        else {
            throw ValidationError(
                "--derived-from, --derived-kind and --method go together; "
                    + "--language and --reviewer go with them"
            )
        }
        guard derivedKind == nil || derivedKind == .redacted || language != nil else {
            throw ValidationError("a translation or transcript needs --language")
        }
        if let language, !FactText.isLanguage(language) {
            throw ValidationError("got --language \(language), want a tag such as en or km")
        }
        let lines = [
            ("source-url", sourceURL), ("seen-by", seenBy), ("claimed-time", claimedTime),
            ("claimed-place", claimedPlace), ("method", method), ("reviewer", reviewer),
        ]
        for case (let name, let text?) in lines where !FactText.isLine(text) {
            throw ValidationError(
                "--\(name) wants one line of 1 to \(FactText.maximumSize) bytes"
            )
        }
    }

    /// What is said of each file.
    var details: ItemDetails {
        var details = ItemDetails()
        let capture = sourceURL.flatMap { url in
            capturedAt.map { Arrival.Capture(url: url, captured: $0) }
        }
        details.arrival = arrival.flatMap { Arrival($0, capture: capture) }
        details.sighting = seenBy.map { Sighting(matches: !mismatch, by: $0) }
        details.claimedTime = claimedTime
        details.claimedPlace = claimedPlace
        details.reviewer = reviewer
        return details
    }

    /// The original of the one file.
    var derivation: DerivationRequest? {
        guard let derivedFrom, let derivedKind, let method else { return nil }
        return DerivationRequest(
            of: derivedFrom,
            kind: derivedKind,
            method: method,
            language: language
        )
    }
}
