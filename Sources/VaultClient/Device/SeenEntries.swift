// SPDX-License-Identifier: Apache-2.0

/// The leaf indices of a case's entries that a device was shown, or made itself.
///
/// The log only grows, so what was shown once must be shown again. Kept as differences, which are
/// small: `vault.age` holds thousands.
struct SeenEntries: Codable, Equatable, Sendable {
    /// Ascending.
    private(set) var indices: [UInt64] = []

    init() {}

    /// The first of these entries that is not among those shown now.
    func missing(from shown: some Sequence<UInt64>) -> UInt64? {
        let shown = Set(shown)
        return indices.first { !shown.contains($0) }
    }

    /// Adds entries.
    mutating func formUnion(_ others: some Sequence<UInt64>) {
        indices = Set(indices).union(others).sorted()
    }

    init(from decoder: any Decoder) throws {
        var last: UInt64?
        for step in try [UInt64](from: decoder) {
            let (next, overflows) = (last ?? 0).addingReportingOverflow(step)
            guard !overflows, last == nil || step > 0 else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "not ascending")
                )
            }
            indices.append(next)
            last = next
        }
    }

    func encode(to encoder: any Encoder) throws {
        let previous = [0] + indices.dropLast()
        try zip(indices, previous).map { $0 - $1 }.encode(to: encoder)
    }
}
