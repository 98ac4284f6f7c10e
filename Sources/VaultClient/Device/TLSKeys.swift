// SPDX-License-Identifier: Apache-2.0

import Bulk

/// The keys that a vault may show in TLS: one, or two while it changes.
///
/// Encoded as one hexadecimal string where there is one, which is how it was when there was never
/// another, or else as a list of them.
struct TLSKeys: Codable, Equatable, Sendable {
    /// Each the SHA-256 of a SubjectPublicKeyInfo in DER.
    let hashes: [Hash]

    init(_ hashes: [Hash]) { self.hashes = hashes }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let texts = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
        hashes = texts.compactMap { Hash(hex: $0) }
        guard !hashes.isEmpty, hashes.count == texts.count else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hashes")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let texts = hashes.map(\.hex)
        if texts.count == 1 { try container.encode(texts[0]) } else { try container.encode(texts) }
    }
}
