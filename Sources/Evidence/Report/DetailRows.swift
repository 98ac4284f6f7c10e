// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// What the submitter said of a file beyond what was found, as rows of the report.
struct DetailRows {
    private let details: ItemDetails
    private let contents: BundleContents

    init(_ details: ItemDetails, in contents: BundleContents) {
        self.details = details
        self.contents = contents
    }

    var rows: [(String, HTML)] {
        let rows: [(String, HTML?)] = [
            ("How it came", arrival),
            ("Content seen", sighting),
            ("Claimed time", details.claimedTime.map { "<bdi>\($0)</bdi>, not verified" }),
            ("Claimed place", details.claimedPlace.map { "<bdi>\($0)</bdi>, not verified" }),
            ("Made from", origin),
            ("Compared with its original by", details.reviewer.map { "<bdi>\($0)</bdi>" }),
        ]
        return rows.compactMap { name, value in value.map { (name, $0) } }
    }

    private var arrival: HTML? {
        guard let arrival = details.arrival else { return nil }
        guard let capture = arrival.capture else { return "\(Self.meaning(arrival.channel))" }
        return """
            \(Self.meaning(arrival.channel)) Page <bdi>\(capture.url)</bdi>, captured \(capture.captured.text) by the
            clock of the device that did.
            """
    }

    /// What the way does to a file, so that nobody finds it out against the witness.
    private static func meaning(_ channel: Arrival.Channel) -> String {
        switch channel {
        case .cameraOriginal: "From the device that took it, as it was written there."
        case .messengerDocument:
            "By a messenger as a document: bytes and metadata stay as they are. Not seen on the device "
                + "that took it."
        case .messengerImage:
            "By a messenger as a picture: encoded anew on the way, and its metadata removed. Not the "
                + "camera’s original."
        case .usb: "On a USB stick, a card or a disk: bytes and metadata stay, file times may not."
        case .webCapture: "Captured from a page on the web: what the page showed to that visitor."
        case .other: "In another way."
        }
    }

    private var sighting: HTML? {
        details.sighting.map { sighting -> HTML in
            let found =
                sighting.matches ? "is what it is said to be" : "is NOT what it is said to be"
            return "the content \(found): <bdi>\(sighting.by)</bdi> looked"
        }
    }

    private var origin: HTML? {
        guard let derivation = details.derivation else { return nil }
        let original: HTML =
            contents.exhibit(ofFileLeaf: derivation.original).map { "exhibit \($0)" }
            ?? "an original that is not in this bundle, whose leaf has SHA-256 \(.code(derivation.original.hex))"
        let language: HTML = derivation.language.map { ", in the language \($0)" } ?? ""
        return """
            \(original). It is \(derivation.kind.rawValue)\(language), and not an original. Method:
            <bdi>\(derivation.method)</bdi>
            """
    }
}

extension BundleContents {
    /// The exhibit whose leaf `file` has this commitment; `nil` where it is not in the bundle.
    fileprivate func exhibit(ofFileLeaf commitment: Hash) -> String? {
        exhibits.first { exhibit in
            let submission = submissions.first { $0.name == exhibit.submission }?.submission
            return submission?.manifest.leaves(ofItem: exhibit.number).first?.commitment
                == commitment
        }?.name
    }
}
