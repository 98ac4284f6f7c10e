// SPDX-License-Identifier: Apache-2.0

/// Why a secret cannot be split so.
public enum SplitError: Error, Equatable, Sendable {
    /// Fewer than two shares would restore the secret: each would be the secret.
    case threshold(Int)
    /// There would be fewer shares than restore the secret, or more than 16.
    case count(Int, threshold: Int)
}

extension SplitError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .threshold(let threshold):
            "at least 2 shares must be needed to restore the secret: got \(threshold)"
        case .count(let count, let threshold):
            "a secret that \(threshold) shares restore is split into \(threshold) to "
                + "\(ShareSet.maximumCount) shares: got \(count)"
        }
    }
}

/// Why shares do not restore a secret.
public enum RestoreError: Error, Equatable, Sendable {
    /// A share, as it is named in front of people.
    public struct Name: Hashable, Sendable {
        /// Its number.
        public let number: Int
        /// The name of the set it says it is of.
        public let set: String
    }

    /// No share was given.
    case none
    /// These shares say other things about the set than most do: they are of another one.
    case mixed([Name])
    /// A share was given twice.
    case duplicate(Int)
    /// More shares are needed than the ones with these numbers.
    case tooFew([Int], threshold: Int)
    /// Together these shares do not restore the secret: whoever altered one of them made it fit its
    /// digest.
    case altered([Int])
}

extension RestoreError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .none: "there is no share"
        case .mixed(let names):
            names.map { "share \($0.number) of the set \($0.set)" }.joined(separator: ", ")
                + (names.count == 1 ? " is" : " are") + " of another set than the rest"
        case .duplicate(let number): "share \(number) was given twice"
        case .tooFew(let numbers, let threshold):
            "\(threshold) shares are needed: got \(Self.list(numbers))"
        case .altered(let numbers):
            "one of these shares was altered by somebody who knew how: \(Self.list(numbers))"
        }
    }

    private static func list(_ numbers: [Int]) -> String {
        numbers.map(String.init).joined(separator: ", ")
    }
}

/// Why a text is not a share.
///
/// Rows and words are counted from 1, as they stand on the paper.
public enum ShareTextError: Error, Equatable, Sendable {
    /// It is longer than any share.
    case tooLong
    /// It does not begin with `saksi/v1 share`.
    case header
    /// The line of this name is missing, or is not a number in the bounds.
    case number(String)
    /// This row is missing, or has another number.
    case missingRow(Int)
    /// This row has more or fewer words than it must.
    case wordCount(row: Int)
    /// This is not a word.
    case word(row: Int, word: Int)
    /// A word of this row is wrong, or, for all rows at once, a number above them.
    case wrongRow(Int)
    /// Something follows the last row.
    case surplus
    /// Each row is right, but the share with this number is not the one that was made.
    case wrongShare(Int)
}

extension ShareTextError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLong: "the text is longer than any share"
        case .header: "the text does not begin with the line \"\(ShareText.header)\""
        case .number(let name): "the line \"\(name)\" is missing or is not a number that can be"
        case .missingRow(let row): "row \(row) is missing or in the wrong place"
        case .wordCount(let row): "row \(row) has a word too many or too few"
        case .word(let row, let word): "row \(row), word \(word): there is no such word"
        case .wrongRow(let row):
            "row \(row) has a wrong word, or one of the numbers above the rows is wrong"
        case .surplus: "something follows the last row"
        case .wrongShare(let number): "share \(number) is not as it was made"
        }
    }
}
