// SPDX-License-Identifier: Apache-2.0

import Encodings
import Secrets

extension Share {
    /// Reads what a person typed or scanned; the caller wipes the text.
    ///
    /// Upper case, blank lines, and spaces, tabs, hyphens or carriage returns between words are taken
    /// as they come.
    ///
    /// - Throws: ``ShareTextError``, which says where on the paper to look again.
    public convenience init(
        parsing text: UnsafeRawBufferPointer
    ) throws(ShareTextError) {
        guard text.count <= ShareText.maximumSize else { throw .tooLong }
        var reader = unsafe Reader(text)
        guard reader.line()?.joined(separator: " ") == ShareText.header else { throw .header }
        let share = try reader.number(ShareText.share)
        let threshold = try reader.number(ShareText.threshold)
        let count = try reader.number(ShareText.count)
        guard threshold >= 2, threshold <= count else { throw .number(ShareText.threshold) }
        guard share <= count else { throw .number(ShareText.share) }
        let numbers = ShareText.Numbers(share: share, threshold: threshold, count: count)
        let body = try reader.rows(numbers)
        guard reader.line() == nil else { throw .surplus }
        try self.init(numbers, body)
    }

    /// Where in a text each of several shares stands that follow each other.
    ///
    /// Each begins with its first line; what stands above the first is left to it, and so is an
    /// error. A text without that line is one piece.
    public static func pieces(of text: UnsafeRawBufferPointer) -> [Range<Int>] {
        var starts: [Int] = []
        var reader = unsafe Reader(text)
        while let line = reader.line() {
            if line.joined(separator: " ") == ShareText.header { starts.append(reader.start) }
        }
        let bounds = [0] + starts.dropFirst() + [text.count]
        return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    }

    private convenience init(
        _ numbers: ShareText.Numbers,
        _ body: borrowing SecretBytes
    ) throws(ShareTextError) {
        func part(_ start: Int, _ count: Int) -> [UInt8] {
            unsafe body.withBytes { unsafe Array($0[start..<start + count]) }
        }
        let id = part(0, ShareSet.idSize)
        let valueEnd = id.count + Share.secretSize
        let tail = valueEnd + ShareSet.commitmentSize
        let value = unsafe body.withBytes {
            unsafe SecretBytes(copying: $0[id.count..<valueEnd])
        }
        let set = ShareSet(
            id: id,
            threshold: numbers.threshold,
            count: numbers.count,
            digests: (0..<numbers.count).map {
                part(tail + $0 * ShareSet.digestSize, ShareSet.digestSize)
            },
            commitment: part(valueEnd, ShareSet.commitmentSize)
        )
        let digest = unsafe value.withBytes {
            unsafe ShareSet.digest(ofShare: numbers.share, value: $0, id: id)
        }
        guard digest == set.digests[numbers.share - 1] else { throw .wrongShare(numbers.share) }
        self.init(number: numbers.share, set: set, value: value)
    }
}

/// Goes through a typed text line by line, without copying more of it than a word.
@safe private struct Reader {
    private let text: UnsafeRawBufferPointer
    private var next = 0
    /// Where the last line begins that was read.
    private(set) var start = 0

    init(_ text: UnsafeRawBufferPointer) {
        unsafe self.text = unsafe text
    }

    /// The words of the next line that has any, in lower case; `nil` at the end.
    mutating func line() -> [String]? {
        while unsafe next < text.count {
            let end = unsafe text[next...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            let words = unsafe text[next..<end].split { Self.separators.contains($0) }.map {
                unsafe String(decoding: $0, as: UTF8.self).lowercased()
            }
            start = next
            next = unsafe min(end + 1, text.count)
            guard words.isEmpty else { return words }
        }
        return nil
    }

    /// The number in the next line, which must have this name.
    mutating func number(_ name: String) throws(ShareTextError) -> Int {
        guard let line = line(), line.count == 2, line[0] == "\(name):",
            let number = Int(line[1]), String(number) == line[1],
            (1...ShareSet.maximumCount).contains(number)
        else { throw .number(name) }
        return number
    }

    /// The bytes of all rows, each of which was checked.
    mutating func rows(_ numbers: ShareText.Numbers) throws(ShareTextError) -> SecretBytes {
        var body = SecretBytes(count: ShareText.size(count: numbers.count))
        for (place, range) in ShareText.rows(count: numbers.count).enumerated() {
            let row = place + 1
            guard let line = line(), line[0] == "\(row):" else { throw .missingRow(row) }
            // Two bytes a word, then the check.
            guard line.count == 1 + range.count / 2 + 1 else { throw .wordCount(row: row) }
            for (word, text) in line.dropFirst().enumerated() {
                guard let value = Proquint.value(text) else {
                    throw .word(row: row, word: word + 1)
                }
                let byte = range.lowerBound + 2 * word
                if byte < range.upperBound {
                    unsafe body.withMutableBytes { body in
                        unsafe body[byte] = UInt8(value >> 8)
                        unsafe body[byte + 1] = UInt8(value & 255)
                    }
                } else {
                    let check = unsafe body.withBytes {
                        unsafe ShareText.check(row: row, of: $0, numbers)
                    }
                    guard value == check else { throw .wrongRow(row) }
                }
            }
        }
        return body
    }

    private static let separators = Set(" \t\r-".utf8)
}
