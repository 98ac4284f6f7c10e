// SPDX-License-Identifier: Apache-2.0

/// The one spelling of a text: no spaces at the ends of lines, no empty lines around it.
enum TidyText {
    static func text(_ text: String, _ kind: Field.Kind) -> String {
        var lines = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
            .map { Array($0).trimmed }
        lines = Array(lines.drop(while: \.isEmpty))
        while lines.last?.isEmpty == true { lines.removeLast() }
        if case .paragraphs = kind {
            // One empty line between paragraphs, so that joined they are the text.
            lines = lines.enumerated()
                .filter { place, line in !line.isEmpty || !lines[place - 1].isEmpty }
                .map(\.element)
        }
        return joined(lines)
    }

    /// The paragraphs of a text; joined by an empty line they are the text again.
    static func paragraphs(_ text: String) -> [String] {
        text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
            .map { Array($0) }
            .split(whereSeparator: \.isEmpty)
            .map { joined($0) }
    }

    private static func joined(_ lines: some Sequence<[UInt8]>) -> String {
        String(decoding: Array(lines.joined(separator: [0x0a])), as: UTF8.self)
    }

    /// What ``paragraphs(_:)`` took apart.
    static func text(ofParagraphs paragraphs: [String]) -> String {
        paragraphs.joined(separator: "\n\n")
    }
}

extension [UInt8] {
    /// Without the spaces at its end.
    fileprivate var trimmed: [UInt8] { Array(prefix((lastIndex { $0 != 0x20 } ?? -1) + 1)) }
}

/// What may stand in a field of text.
enum TextRule {
    /// The rule that a tidy, non-empty text breaks, if any.
    static func broken(by text: String, _ kind: Field.Kind) -> FormRule? {
        if let code = text.unicodeScalars.first(where: isUnfit) { return .character(code.value) }
        if case .paragraphs = kind {
            let paragraphs = TidyText.paragraphs(text)
            guard paragraphs.count <= FormReader.entryLimit else {
                return .tooMany(FormReader.entryLimit)
            }
            let isLong = paragraphs.contains { $0.utf8.count > RecordLeaf.maximumSize }
            return isLong ? .tooLong(RecordLeaf.maximumSize) : nil
        }
        guard text.utf8.count <= RecordLeaf.maximumSize else {
            return .tooLong(RecordLeaf.maximumSize)
        }
        if case .text = kind { return nil }
        if text.utf8.contains(0x0a) { return .severalLines }
        switch kind {
        case .fixed(let form): return text.utf8.elementsEqual(form.utf8) ? nil : .otherForm(form)
        case .date: return isDate(text) ? nil : .notADate(text)
        case .language: return isLanguage(text) ? nil : .notALanguage(text)
        case .degrees(let limit): return isDegrees(text, limit) ? nil : .notDegrees(limit)
        case .hash:
            let isHash = text.utf8.count == 64 && text.utf8.allSatisfy(isHexDigit)
            return isHash ? nil : .notAHash
        case .word(let vocabulary):
            let isKnown = vocabulary.words.contains { $0.utf8.elementsEqual(text.utf8) }
            return isKnown ? nil : .notInVocabulary(text, vocabulary.words)
        case .naming, .person, .pseudonym, .namingAct, .act:
            return isName(text) ? nil : .notAPseudonym(text)
        case .line, .text, .paragraphs, .group, .list: return nil
        }
    }

    /// Controls but the line feed, what YAML takes for an end of line, and what turns text around.
    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0a: false
        case 0..<0x20, 0x7f...0x9f, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069, 0xfeff,
            0xfffe, 0xffff:
            true
        default: false
        }
    }

    private static func isDate(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts[0].count == 4,
            parts.dropFirst().allSatisfy({ $0.count == 2 }),
            parts.joined().allSatisfy(isDigit)
        else { return false }
        let numbers = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard (1800...2199).contains(numbers[0]) else { return false }
        guard numbers.count > 1 else { return true }
        guard (1...12).contains(numbers[1]) else { return false }
        return numbers.count == 2 || (1...days(of: numbers[1], in: numbers[0])).contains(numbers[2])
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2:
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
                ? 29 : 28
        default: 31
        }
    }

    /// The shape of a tag: two to three letters, then subtags of two to eight letters or digits.
    private static func isLanguage(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return (2...3).contains(parts[0].count) && parts[0].allSatisfy(isLowercase)
            && parts.dropFirst().allSatisfy {
                (2...8).contains($0.count)
                    && $0.allSatisfy { isDigit($0) || isLowercase($0) || isCapital($0) }
            }
    }

    /// Digits, at most eight of them behind a point.
    private static func isDegrees(_ text: String, _ limit: Int) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...3).contains(parts[0].count),
            parts.count == 1 || (1...8).contains(parts[1].count),
            parts.joined().allSatisfy(isDigit),
            parts[0].count == 1 || parts[0].first != UInt8(ascii: "0"),
            let degrees = Double(String(decoding: digits, as: UTF8.self))
        else { return false }
        return degrees <= Double(limit)
    }

    /// One to three capital letters and one to four digits.
    private static func isName(_ text: String) -> Bool {
        let letters = text.utf8.prefix(while: isCapital)
        let digits = text.utf8.dropFirst(letters.count)
        return (1...3).contains(letters.count) && (1...4).contains(digits.count)
            && digits.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func isLowercase(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isCapital(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
