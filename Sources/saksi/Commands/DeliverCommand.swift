// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Bulk
import VaultClient

/// `saksi export deliver BUNDLE --to RECIPIENT…`: seals a bundle to whom it is for.
struct DeliverCommand: ParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "deliver",
        abstract: "Seal a bundle as one file for whom it is for.",
        discussion: """
            Writes BUNDLE.zip.age beside the bundle: a ZIP archive of the folder, with what lies in addenda/, \
            that any age tool opens for the recipient; of several parts, one for each. The SHA-256 that is printed belongs into the cover \
            letter. The encryption is for the way alone: what the bundle proves is all inside.
            """
    )
    static let exits = Exit.offline

    @Argument(help: "The bundle's folder.", completion: .directory)
    var bundle: String

    @OptionGroup var recipients: RecipientOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard !recipients.isEmpty else { throw ValidationError("--to is missing") }
    }

    func run() throws {
        let recipients = try recipients.recipients()
        let done = try BundleDelivery.write(bundle, to: recipients)
        if json { return try Listing.show(json: done) }
        Listing.show(done.flatMap(\.lines))
    }
}

/// To whom a bundle is sealed.
struct RecipientOptions: ParsableArguments {
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Seal DIR.zip.age for them as well: age1…, or a file with one a line; may be given again.",
            valueName: "recipient"
        )
    )
    var texts: [String] = []

    var isEmpty: Bool { texts.isEmpty }

    /// - Throws: ``Failure`` where one is not understood, or post-quantum ones and others are mixed.
    func recipients() throws -> Recipients {
        let texts = try texts.flatMap { try Self.read($0) }
        do throws(KeyError) {
            let recipients = try Recipients(parsing: texts)
            recipients.warn()
            return recipients
        } catch {
            throw Failure("recipients: \(error)", status: .usage)
        }
    }

    /// A recipient, or those in a file, as `age -R` reads them.
    private static func read(_ argument: String) throws -> [String] {
        guard !argument.lowercased().hasPrefix("age1") else { return [argument] }
        let file = try FileSource(path: argument).bytes(limit: 1 << 20)
        return String(decoding: file, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("#") }.map(String.init)
    }
}

extension Recipients {
    /// Says what sealing to classic recipients means.
    func warn() {
        guard case .classic = self else { return }
        Terminal.error(
            "saksi: warning: a quantum computer will open what is sealed to age1…; "
                + "age1pq1… recipients stay closed"
        )
    }
}

extension BundleDelivery {
    /// Seals a bundle, or each of several parts, and shows how far that is.
    static func write(_ bundle: String, to recipients: Recipients) throws -> [DeliveredBundle] {
        let deliveries = all(of: bundle)
        for delivery in deliveries { try delivery.requireVacant() }
        let bar = ProgressBar("sealing")
        defer { bar.finish() }
        return try deliveries.map {
            try $0.write(to: recipients) { bar.update(done: $0, total: $1) }
        }
    }
}

extension DeliveredBundle {
    /// As people read it.
    var lines: [(label: String, value: String?)] {
        [("delivery", file), ("its size", "\(size) bytes"), ("its SHA-256", sha256)]
    }
}
