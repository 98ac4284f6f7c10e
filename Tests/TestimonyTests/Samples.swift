// SPDX-License-Identifier: Apache-2.0

@testable import Testimony

/// Records of nobody, as text.
enum Sample {
    static let testimony = """
        form: saksi/v1 testimony
        record:
          language: en
          date-received: 2024-06
        persons:
          - pseudonym: W01
            names: សាក្សី
            languages: [km, vi]
          - pseudonym: P01
        event:
          title: Land taken
          initial-date: 2024-05-17
          initial-date-type: exact
          final-date: 2024-05
          place:
            as-named: ក្រោយវត្ត
            latitude: 9.6025
          rights-affected:
            - land
            - property
        acts:
          - id: A1
            victim: W01
            type-of-act: land-seizure
        involvements:
          - act: A1
            perpetrator: P01
            degree-of-involvement: ordered
        account:
          given-by: W01
          language: km
          text: |
            First paragraph: "quoted" \\ and #more.
              set in

            Second, ruộng đồng.
        """

    static let consent = """
        form: saksi/v1 consent
        date: 2024-06-01
        language: km
        manner: oral
        explained:
          by: I01
          intended-uses: yes
          right-to-withdraw: yes
          limits: yes
        persons:
          - pseudonym: W01
            given-through: self
            allows:
              - class: un
              - class: court
                anonymise: [name, place]
          - pseudonym: V01
            given-through: parent
            allows:
              - class: court
                anonymise: [photo]
        """

    /// The testimony with one line in the place of another.
    static func testimony(_ line: String, as other: String) -> String {
        testimony.replacingWord(line, by: other)
    }
}

extension String {
    func replacingWord(_ word: String, by other: String) -> String {
        guard let range = range(of: word) else {
            preconditionFailure("the sample has no \(word)")
        }
        return replacingCharacters(in: range, with: other)
    }

    private func range(of word: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(word) { return start..<index(start, offsetBy: word.count) }
            start = index(after: start)
        }
        return nil
    }

    private func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}

extension TestimonyRecord {
    init(_ text: String) throws { try self.init(parsing: Array(text.utf8)) }
}

extension ConsentRecord {
    init(_ text: String) throws { try self.init(parsing: Array(text.utf8)) }
}

/// What is wrong with a testimony, a line for each problem.
func problems(_ text: String) -> [String] {
    do {
        _ = try TestimonyRecord(text)
        return []
    } catch let error as FormError {
        return error.problems.map(\.description)
    } catch {
        return ["\(error)"]
    }
}
