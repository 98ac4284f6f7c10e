// SPDX-License-Identifier: Apache-2.0

extension BundleContents {
    /// Divides what is exported into parts, each of which becomes a bundle of its own.
    ///
    /// A part ends before the item whose file would not fit. What is exported by an override stays in one part,
    /// because an override lets out one export.
    ///
    /// - Parameter size: of the files in a part, in bytes; a part with one item may be larger.
    /// - Returns: The submissions of each part, with what is withheld of them; one part where all of it fits.
    public func parts(ofAtMost size: UInt64) -> [[Submission]] {
        var parts: [[Submission]] = [[]]
        var filled: UInt64 = 0
        var hasExhibits = false
        for submission in submissions.map(\.submission) {
            let consent = Self.consent(for: submission.records, in: receipts)
            let pieces =
                consent.contains(consentClass)
                ? submission.numbers.map { [$0] } : [submission.numbers]
            let shown = Set(submission.shown)
            for piece in pieces {
                let exhibits = piece.filter(shown.contains)
                let more = exhibits.reduce(0) { $0 + (submission.item($1).file?.size ?? 0) }
                if hasExhibits, !exhibits.isEmpty, filled + more > size {
                    parts.append([])
                    filled = 0
                    hasExhibits = false
                }
                parts[parts.count - 1].add(piece, of: submission)
                filled += more
                hasExhibits = hasExhibits || !exhibits.isEmpty
            }
        }
        return parts
    }
}

extension [BundleContents.Submission] {
    /// Adds items of a submission, which is the last one where some of it are here already.
    fileprivate mutating func add(_ items: [Int], of submission: BundleContents.Submission) {
        if last?.number == submission.number {
            self[count - 1].numbers += items
        } else {
            var some = submission
            some.numbers = items
            append(some)
        }
    }
}
