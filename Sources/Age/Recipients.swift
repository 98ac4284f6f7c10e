// SPDX-License-Identifier: Apache-2.0

/// The recipients of one file, as people name them: all post-quantum or all classic.
public enum Recipients: Hashable, Sendable {
    /// `age1pq1…`
    case postQuantum([HybridRecipient])
    /// `age1…`, for files that are exchanged with older tools.
    case classic([X25519Recipient])

    /// Reads recipients, each a text of its own.
    ///
    /// - Throws: ``KeyError``; `.mixedRecipients` where the kinds are mixed.
    public init(parsing texts: [String]) throws(KeyError) {
        guard !texts.isEmpty else { throw .noRecipient }
        var hybrid: [HybridRecipient] = []
        var classic: [X25519Recipient] = []
        for text in texts {
            if text.lowercased().hasPrefix(HybridRecipient.prefix + "1") {
                hybrid.append(try HybridRecipient(parsing: text))
            } else {
                classic.append(try X25519Recipient(parsing: text))
            }
        }
        guard hybrid.isEmpty || classic.isEmpty else { throw .mixedRecipients }
        self = hybrid.isEmpty ? .classic(classic) : .postQuantum(hybrid)
    }
}
