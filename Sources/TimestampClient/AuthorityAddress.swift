// SPDX-License-Identifier: Apache-2.0

/// A time-stamping authority, as a person names it: `URL=ROOTS`.
public struct AuthorityAddress: Hashable, Sendable {
    /// Where requests are sent.
    public let url: String
    /// The file with its roots, and whatever else its chain needs, in PEM.
    public let roots: String

    /// Reads `URL=ROOTS`: a URL of http or https, and a path without an equals sign.
    public init?(_ text: some StringProtocol) {
        guard let equals = text.lastIndex(of: "=") else { return nil }
        url = String(text[..<equals])
        roots = String(text[text.index(after: equals)...])
        guard url.hasPrefix("https://") || url.hasPrefix("http://"), !roots.isEmpty else {
            return nil
        }
    }
}
