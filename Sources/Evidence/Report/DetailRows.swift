// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// What the submitter said of a file beyond what was found, as rows of the report.
struct DetailRows {
    private let details: ItemDetails
    private let originals: [Hash: String]

    /// - Parameters:
    ///   - details: what was said.
    ///   - originals: the exhibits that others were made from, as ``BundleContents/derivedFrom`` names them.
    init(_ details: ItemDetails, madeFrom originals: [Hash: String]) {
        self.details = details
        self.originals = originals
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
            originals[derivation.original].map { "exhibit \($0)" }
            ?? "an original that is not in this bundle, whose leaf has SHA-256 \(.code(derivation.original.hex))"
        let language: HTML = derivation.language.map { ", in the language \($0)" } ?? ""
        return """
            \(original). It is \(derivation.kind.rawValue)\(language), and not an original. Method:
            <bdi>\(derivation.method)</bdi>
            """
    }
}

extension BundleContents {
    /// The exhibits that others here were made from, by the commitments to their leaf `file`.
    var derivedFrom: [Hash: String] {
        let wanted = Set(exhibits.compactMap { $0.item.details.derivation?.original })
        guard !wanted.isEmpty else { return [:] }
        let manifests = Dictionary(
            uniqueKeysWithValues: submissions.map { ($0.name, $0.submission.manifest) }
        )
        var found: [Hash: String] = [:]
        for exhibit in exhibits {
            let leaf = manifests[exhibit.submission]?.leaves(ofItem: exhibit.number).first
            if let leaf, wanted.contains(leaf.commitment) { found[leaf.commitment] = exhibit.name }
        }
        return found
    }
}
