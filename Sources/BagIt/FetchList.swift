// SPDX-License-Identifier: Apache-2.0

/// The files that a bag leaves to be fetched, `fetch.txt` (RFC 8493, section 2.2.3).
///
/// Nothing is fetched here. A file that is not there yet leaves the bag incomplete.
struct FetchList {
    static let name = BagPath("fetch.txt")

    struct Entry {
        let path: BagPath
        /// In bytes; `nil` where the list does not say.
        let length: UInt64?
        let line: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var findings = FindingList()

    init(version: BagVersion, text: TagText) {
        let spelling = PathSpelling(version: version, isPayload: true)
        for (place, line) in text.lines.enumerated() {
            func report(_ rule: BagRule, warning: Bool = false, _ detail: String) {
                findings.append(
                    BagFinding(rule, warning: warning, in: Self.name, line: place + 1, detail)
                )
            }
            var rest = line
            let url = rest.takeWord()
            let length = rest.takeWord()
            let isUnknown = length.elementsEqual("-".utf8)
            let number = Self.number(length)
            guard Self.isAbsolute(url), isUnknown || number != nil, !rest.isEmpty else {
                report(.fetch, "got \"\(line.text)\", want a URL, a length and a path")
                continue
            }
            if version < .v1_0 {
                // Before 1.0 such a path is to be taken as relative to the bag.
                rest = rest.drop { $0 == UInt8(ascii: "/") }
            }
            let reading = spelling.read(rest)
            for problem in reading.problems {
                let rule = problem.rule == .path ? .fetchPath : problem.rule
                report(rule, warning: problem.isWarning, problem.detail)
            }
            guard let path = reading.path else { continue }
            entries.append(Entry(path: path, length: number, line: place + 1))
        }
    }

    /// Whether it begins with a scheme (RFC 3986, section 3.1) and goes on in visible ASCII.
    private static func isAbsolute(_ url: ArraySlice<UInt8>) -> Bool {
        guard let colon = url.firstIndex(of: UInt8(ascii: ":")), colon + 1 < url.endIndex,
            let first = url.first, isLetter(first)
        else { return false }
        return url[..<colon].allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
            && url.allSatisfy { (0x21...0x7e).contains($0) }
    }

    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        text.allSatisfy(isDigit) ? UInt64(text.text) : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
