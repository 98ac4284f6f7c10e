// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import Vault

/// Which of the parts of one export a bundle is; see <doc:Parts>.
public struct BundlePart: Sendable {
    /// From 1 on.
    let number: Int
    /// At least 2.
    let count: Int
    /// When all of it was exported, as the first part says too.
    let date: UTCTime
    /// What the first part says of the others, by their numbers from 2 on; empty in these.
    let seals: [Hash]

    /// Takes a place among the parts.
    ///
    /// - Parameters:
    ///   - number: from 1 to `count`.
    ///   - count: at least 2.
    ///   - date: the same in all parts.
    ///   - seals: of the first part, the SHA-256 of `SEAL.txt` of every other in order.
    public init(_ number: Int, of count: Int, date: UTCTime, seals: [Hash] = []) {
        precondition(count > 1 && (1...count).contains(number))
        precondition(seals.count == (number == 1 ? count - 1 : 0))
        self.number = number
        self.count = count
        self.date = date
        self.seals = seals
    }

    /// A part's folder among those of the others, `part-0001`.
    public static func folder(_ number: Int) -> String { "part-" + BundleLayout.padded(number) }

    /// For people: `2 of 3`.
    var place: String { "\(number) of \(count)" }

    /// Its lines in `bag-info.txt` (RFC 8493, section 2.2.2).
    func info(of caseID: CaseID) -> String {
        "\(Self.groupLabel): \(caseID)/\(date.text)\n\(Self.countLabel): \(place)\n"
    }

    /// Which part a bundle is, as its `bag-info.txt` says; `nil` where it says nothing that can be understood.
    init?(info: String) {
        let numbers =
            Self.value(Self.countLabel, in: info)?.split(separator: " of ").map { Int($0) } ?? []
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], number > 0,
            number <= count, (2...Self.maximumCount).contains(count),
            let date = Self.group(in: info)?.split(separator: "/").last,
            let date = UTCTime(String(date))
        else { return nil }
        self.number = number
        self.count = count
        self.date = date
        seals = []
    }

    /// What the `bag-info.txt` of each part of an export says alike: the case, and when it began.
    static func group(in info: String) -> Substring? { value(groupLabel, in: info) }

    private static func value(_ label: String, in info: String) -> Substring? {
        info.split(separator: "\n").first { $0.hasPrefix(label + ": ") }?
            .dropFirst(label.utf8.count + 2)
    }

    /// `parts-sha256.txt`: the seals of the other parts for `sha256sum -c`.
    var list: [UInt8] {
        let lines = seals.enumerated().map { "\($1.hex)  \(Self.seal($0 + 2))\n" }
        return Array(lines.joined().utf8)
    }

    /// The seals that the list of a first part names, by their numbers from 2 on.
    ///
    /// - Returns: `nil` where it is not in its form, or not of so many parts.
    static func seals(in list: [UInt8], count: Int) -> [Hash]? {
        let seals = String(decoding: list, as: UTF8.self).split(separator: "\n")
            .compactMap { Hash(hex: $0.prefix(64)) }
        guard seals.count == count - 1,
            BundlePart(1, of: count, date: UTCTime(seconds: 0), seals: seals).list == list
        else { return nil }
        return seals
    }

    private static func seal(_ number: Int) -> String {
        "../\(folder(number))/\(BundleLayout.seal)"
    }

    private static let groupLabel = "Bag-Group-Identifier"
    private static let countLabel = "Bag-Count"
    private static let maximumCount = 100_000
}
