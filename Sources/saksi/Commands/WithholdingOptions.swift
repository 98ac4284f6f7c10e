// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Evidence

/// What an export leaves out, and why.
struct WithholdingOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Leave facts out; =code after one is its own reason. May be given again.",
            valueName: "selector[=code]"
        )
    )
    var withhold: [String] = []

    @Option(
        help: ArgumentHelp("Why facts are left out, such as B.1.", valueName: "code")
    )
    var code: String?

    @Option(
        help: ArgumentHelp(
            "Who decided it, such as an order of a court; all readers see it.",
            valueName: "text"
        )
    )
    var authority: String?

    func validate() throws {
        guard !withhold.isEmpty || (code == nil && authority == nil) else {
            throw ValidationError("--code and --authority are reasons for --withhold")
        }
        _ = try orders()
    }

    /// What is ordered.
    func orders() throws -> [Withholding] {
        try withhold.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let code = parts.count > 1 ? String(parts[1]) : code else {
                throw ValidationError("\"\(text)\" is withheld without a reason: give --code")
            }
            return try Withholding(
                LeafSelector(parsing: parts[0]),
                code: code,
                authority: authority ?? ""
            )
        }
    }
}
