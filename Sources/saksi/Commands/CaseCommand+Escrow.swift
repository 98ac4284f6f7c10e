// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Secrets
import Shares
import Vault
import VaultClient

extension CaseCommand {
    /// `saksi case escrow CASE --shares N --threshold K`.
    struct Escrow: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Split a case's recovery key into shares, for custodians to keep on paper.",
            discussion: """
                Give each share to another person, and destroy the files. Fewer than the threshold \
                tell nothing; as many open the case for a new owner, whom administrators name. The \
                shares take the place of those made before. They are written before the log holds \
                them: where this fails, what it wrote may open nothing.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
        var caseName: String

        @Option(help: "How many shares to make: up to \(ShareSet.maximumCount).")
        var shares: Int

        @Option(help: "How many of them open the case: 2 or more.")
        var threshold: Int

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp(
                "Write each share to a new file in this folder: else they are printed.",
                valueName: "dir"
            ),
            completion: .directory
        )
        var output: String?

        @Flag(help: "Draw each share as a QR code too.")
        var qr = false

        @Flag(help: "Print the result as JSON; with --output.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func validate() throws {
            guard threshold >= 2, (threshold...ShareSet.maximumCount).contains(shares) else {
                throw ValidationError(
                    "got --shares \(shares) --threshold \(threshold), want 2 or more of up to "
                        + "\(ShareSet.maximumCount)"
                )
            }
            guard !json || output != nil else {
                throw ValidationError("--json needs --output: the shares are printed otherwise")
            }
        }

        func run() async throws {
            let folder = try output.map { try ShareFolder($0, count: shares, withCodes: qr) }
            var isKept = false
            let result: EscrowResult
            do {
                result = try await device.withSession { session in
                    try await session.escrow(caseName, into: shares, threshold: threshold) {
                        if let folder { try folder.write($0) } else { try show($0) }
                        isKept = true
                    }
                }
            } catch {
                if isKept {
                    Terminal.error(
                        "the shares that were made now may open nothing: run this again, for new ones "
                            + "in another place, and destroy these"
                    )
                }
                throw error
            }
            if json { return try Listing.show(json: result) }
            Listing.show([
                ("case", result.caseID), ("set", result.set),
                ("shares", "\(result.shares), of which \(result.threshold) open the case"),
                ("entry", "\(result.index)"),
            ])
            Terminal.error(
                "give each share to another person, and keep no copy; shares made before open nothing "
                    + "from now on"
            )
        }

        private func show(_ shares: [Share]) throws {
            for share in shares {
                for line in try share.lines(withCode: qr) { Terminal.result(line) }
                Terminal.result("")
            }
        }
    }

    /// `saksi case recover CASE --share FILE…`.
    struct Recover: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Open a case that was given to you with its custodians' shares.",
            discussion: """
                Administrators name the new owner first: `saksi admin recover-case`. The case then \
                gets its next key, which the shares do not open: have new ones made with `saksi case \
                escrow`. Whom it is sealed to is shown first, and asked. After an interruption, run it again with the same shares.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The case: its id, or its name.", valueName: "case"))
        var caseName: String

        @Option(
            help: ArgumentHelp(
                "A share, or several that follow each other; - for stdin. May be given again.",
                valueName: "file"
            ),
            completion: .file()
        )
        var share: [String] = []

        @Option(
            help: ArgumentHelp(
                "A reader who shall read the case no more; may be given again.",
                valueName: "member"
            )
        )
        var without: [Fingerprint] = []

        @OptionGroup var confirmation: Confirmation
        @OptionGroup var device: DeviceOptions

        func validate() throws {
            guard !share.isEmpty else {
                throw ValidationError("Missing expected argument '--share <file>'")
            }
        }

        func run() async throws {
            var shares = GatheredShares()
            for path in share {
                let isInput = path == "-"
                let text = try PassphraseInput.secret(
                    at: isInput ? "/dev/stdin" : path,
                    limit: ShareFolder.inputLimit
                )
                try unsafe text.withBytes { text throws(any Error) in
                    try unsafe shares.add(text, from: isInput ? "stdin" : "\"\(path)\"")
                }
            }
            let result = try await device.withSession { [shares] session in
                try await showingRotation {
                    try await session.recover(
                        caseName,
                        with: shares,
                        removing: without,
                        confirm: confirmation.require,
                        progress: $0,
                        notice: $1
                    )
                }
            }
            guard let result else {
                Terminal.error("this device opens the case already: nothing was changed")
                return
            }
            result.show()
            Terminal.error(
                "the shares that were used open the case no more: make new ones with `saksi case escrow`"
            )
            Terminal.error(
                "who submits to the case compares your fingerprint with you, by voice or in person, "
                    + "and then runs `saksi case trust`"
            )
        }
    }
}
