// SPDX-License-Identifier: Apache-2.0

/// The metadata of a bag, `bag-info.txt` (RFC 8493, section 2.2.2).
struct BagInfo {
    /// The largest file that is read, in bytes: it is for people, and each line is kept.
    static let maximumSize = 16 << 20

    /// Labels and values in order, each with the number of its first line.
    private(set) var elements: [(label: String, value: String, line: Int)] = []
    private(set) var findings = FindingList()
    private let name: BagPath
    private let version: BagVersion

    init(_ name: BagPath, version: BagVersion, text: TagText) {
        self.name = name
        self.version = version
        for (place, line) in text.lines.enumerated() { read(line, number: place + 1) }
        checkRepeats()
        checkValues()
    }

    /// The values of an element; labels are the same whatever their case.
    func values(_ label: String) -> [(value: String, line: Int)] {
        elements.filter { $0.label.lowercased() == label.lowercased() }.map { ($0.value, $0.line) }
    }

    /// Holds `Payload-Oxum` to the payload.
    mutating func checkOxum(_ payload: BagFolder.Extent) {
        for (value, line) in values("Payload-Oxum") {
            let numbers = value.split(separator: ".", omittingEmptySubsequences: false)
            guard numbers.count == 2, let octets = Self.number(numbers[0]),
                let streams = Self.number(numbers[1])
            else {
                report(.oxum, line, "got \"\(value)\", want the bytes and the number of files")
                continue
            }
            if octets != payload.bytes || streams != UInt64(payload.files) {
                let detail = "the payload is \(payload.bytes).\(payload.files), not \(value)"
                report(.oxum, line, detail)
            }
        }
    }

    private mutating func read(_ line: ArraySlice<UInt8>, number: Int) {
        guard let first = line.first else {
            return report(.info, warning: true, number, "it is empty")
        }
        if first.isBlank, !elements.isEmpty {
            elements[elements.count - 1].value += " " + line.withoutLeadingBlanks.text
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            return report(.info, number, "\"\(line.text)\" has no colon")
        }
        var label = line[..<colon]
        var value = line[(colon + 1)...]
        if version < .v1_0 {
            label = label.withoutLeadingBlanks
            while label.last?.isBlank == true { label = label.dropLast() }
            value = value.withoutLeadingBlanks
        } else {
            guard value.first?.isBlank == true else {
                return report(.info, number, "\"\(line.text)\" has no white space after the colon")
            }
            value = value.dropFirst()
        }
        guard label.first?.isBlank == false, label.last?.isBlank == false else {
            return report(
                .info,
                number,
                "\"\(line.text)\" has white space about its label, or none"
            )
        }
        elements.append((label.text, value.text, number))
    }

    /// What section 2.2.2 says of repeating; before 1.0 everything may be repeated.
    private mutating func checkRepeats() {
        guard version == .v1_0 else { return }
        for label in [
            "Payload-Oxum", "Bagging-Date", "Bag-Size", "Bag-Group-Identifier", "Bag-Count",
        ] {
            for (_, line) in values(label).dropFirst() {
                report(.repeated, warning: label != "Payload-Oxum", line, "\(label) is repeated")
            }
        }
    }

    private mutating func checkValues() {
        for (value, line) in values("Bagging-Date") where !Self.isDate(value) {
            report(.date, warning: true, line, "got \"\(value)\", want YYYY-MM-DD")
        }
        let isOfNoGroup = values("Bag-Group-Identifier").isEmpty
        for (value, line) in values("Bag-Count") {
            if !Self.isCount(value) {
                report(.bagCount, warning: true, line, "got \"\(value)\", want \"N of T\"")
            }
            if isOfNoGroup {
                report(.bagCount, warning: true, line, "there is no Bag-Group-Identifier with it")
            }
        }
    }

    private mutating func report(
        _ rule: BagRule,
        warning: Bool = false,
        _ line: Int,
        _ detail: String
    ) {
        findings.append(BagFinding(rule, warning: warning, in: name, line: line, detail))
    }

    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2] else { return false }
        let numbers = parts.compactMap { number($0) }
        return numbers.count == 3 && (1...12).contains(numbers[1]) && (1...31).contains(numbers[2])
    }

    private static func isCount(_ text: String) -> Bool {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "of", let part = number(parts[0]), part > 0 else {
            return false
        }
        return parts[2] == "?" || number(parts[2]).map { part <= $0 } ?? false
    }

    private static func number(_ text: Substring) -> UInt64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ? UInt64(text) : nil
    }
}
