// SPDX-License-Identifier: Apache-2.0

public import Evidence

/// What of a case is exported, numbered as ``VaultSession/list(_:)`` does.
public enum ExportSelection: Sendable {
    /// All of it.
    case all
    /// Submissions of these numbers, whole.
    case submissions(Set<Int>)
    /// What these selectors name; each must name something.
    case items([ItemSelector])

    /// Whether submissions are named one by one.
    var namesSubmissions: Bool {
        if case .all = self { false } else { true }
    }

    /// Whether anything of a submission may be among it.
    func takes(submission number: Int) -> Bool {
        switch self {
        case .all: true
        case .submissions(let numbers): numbers.contains(number)
        case .items(let selectors): selectors.contains { $0.concerns(submission: number) }
        }
    }

    /// Those of some items of a submission that are among it.
    func items(of number: Int, among items: Set<Int>) -> Set<Int> {
        guard case .items(let selectors) = self else { return items }
        return selectors.filter { $0.concerns(submission: number) }
            .reduce(into: []) { $0.formUnion($1.chosen(of: items)) }
    }

    /// Makes sure that each selector names an item that may be exported.
    ///
    /// - Throws: ``ClientError`` `.failed`.
    func requireUse(_ submissions: [BundleContents.Submission]) throws {
        guard case .items(let selectors) = self else { return }
        for selector in selectors
        where !submissions.contains(where: { submission in
            selector.concerns(submission: submission.number)
                && !selector.chosen(of: Set(submission.numbers)).isEmpty
        }) {
            throw ClientError(
                .failed,
                "\"\(selector.text)\" names no item that may be exported",
                hint: "`saksi list` numbers them and shows the consent of each submission"
            )
        }
    }
}
