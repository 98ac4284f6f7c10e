// SPDX-License-Identifier: Apache-2.0

import Encodings
import Secrets
import TestSupport
import Testing

@testable import Shares

@Suite("The text of a share")
struct ShareTextTests {
    @Test("is the recorded one")
    func golden() throws {
        let text = try Share.test().map(\.typed).joined()
        try Golden.expect(text, matches: "shares-3-of-5.txt")
    }

    @Test("restores the secret, for every count", arguments: 2...16)
    func roundTrip(count: Int) throws {
        let shares = try Share.test(2, of: count)
        let typed = try shares.map { try Share.read($0.typed) }
        for (share, again) in zip(shares, typed) {
            #expect(again.set == share.set && again.number == share.number)
            #expect(again.typed == share.typed)
        }
        #expect(try Share.restore(typed).equals(Share.testSecret))
    }

    @Test("several in one text are told apart, whatever stands between them")
    func pieces() throws {
        let typed = try Share.test().map { $0.typed.uppercased() }
        let text = Array(("\n" + typed.joined(separator: "\n\n")).utf8)
        let numbers = try unsafe text.withUnsafeBytes { text in
            try unsafe Share.pieces(of: text).map {
                unsafe try Share(parsing: UnsafeRawBufferPointer(rebasing: text[$0])).number
            }
        }
        #expect(numbers == [1, 2, 3, 4, 5])
        for other in ["", "something else\n"] {
            let count = unsafe Array(other.utf8).withUnsafeBytes {
                unsafe Share.pieces(of: $0).count
            }
            #expect(count == 1)
        }
    }

    @Test("is read however it was typed")
    func loose() throws {
        let share = try Share.test()[1]
        for text in [
            share.typed.uppercased(), String(share.typed.dropLast()),
            share.typed.replacing("\n", with: "\r\n\r\n"), "\n \n" + share.typed,
            share.typed.replacing(" ", with: "  ").replacing("\n", with: " \t\n"),
        ] {
            #expect(try Share.read(text).typed == share.typed)
        }
        let hyphens = share.typed.split(separator: "\n").map { line in
            line.split(separator: ": ").map { $0.replacing(" ", with: "-") }.joined(separator: ": ")
        }.joined(separator: "\n").replacing("saksi/v1-share", with: "saksi/v1 share")
        #expect(try Share.read(hyphens).typed == share.typed)
    }

    @Test("a wrong word is named by its row, in each place")
    func wrongWords() throws {
        let share = try Share.test()[1]
        let lines = share.typed.split(separator: "\n").map(String.init)
        for row in 1...11 {
            let words = lines[3 + row].split(separator: " ").map(String.init)
            for place in 1..<words.count {
                var changed = words
                let value = try #require(Proquint.value(words[place]))
                changed[place] = Proquint.word(value ^ 0x0400)
                expect(.wrongRow(row)) { replacing(lines, row, changed) }
                changed[place] = "wrong"
                expect(.word(row: row, word: place)) { replacing(lines, row, changed) }
                changed.remove(at: place)
                expect(.wordCount(row: row)) { replacing(lines, row, changed) }
            }
            expect(.wordCount(row: row)) { replacing(lines, row, words + ["babab"]) }
        }
    }

    @Test("rows that were swapped, left out or copied from another share are named")
    func wrongRows() throws {
        let shares = try Share.test()
        let lines = shares[1].typed.split(separator: "\n").map(String.init)
        let others = shares[2].typed.split(separator: "\n").map(String.init)
        for row in 1...11 {
            expect(.missingRow(row)) { Array(lines[..<(3 + row)] + lines[(4 + row)...]) }
            var copied = lines
            copied[3 + row] = others[3 + row]
            expect(.wrongRow(row)) { copied }
        }
        var swapped = lines
        swapped.swapAt(7, 8)
        expect(.missingRow(4)) { swapped }
        swapped[7] = "4:" + swapped[7].dropFirst(2)
        swapped[8] = "5:" + swapped[8].dropFirst(2)
        expect(.wrongRow(4)) { swapped }
        expect(.surplus) { lines + ["12: babab"] }
        expect(.surplus) { lines + lines }
        expect(.missingRow(11)) { Array(lines.dropLast()) }
    }

    @Test("a wrong number above the rows is noticed")
    func wrongNumbers() throws {
        let lines = try Share.test()[1].typed.split(separator: "\n").map(String.init)
        for (place, name) in ["share", "threshold", "shares"].enumerated() {
            let number = ["0", "17", "02", "+2", "", "x", "2 2", "99999999999999999999"]
            for number in number {
                var changed = lines
                changed[1 + place] = "\(name): \(number)"
                expect(.number(name)) { changed }
            }
            expect(.number(name)) { lines.filter { !$0.hasPrefix(name + ":") } }
        }
        let wrong: [(String, ShareTextError)] = [
            ("share: 3", .wrongRow(1)), ("share: 6", .number("share")),
            ("threshold: 2", .wrongRow(1)), ("threshold: 1", .number("threshold")),
            ("threshold: 6", .number("threshold")), ("shares: 6", .wrongRow(1)),
            ("shares: 2", .number("threshold")),
        ]
        for (line, error) in wrong {
            let name = line.prefix { $0 != ":" } + ":"
            expect(error) { lines.map { $0.hasPrefix(name) ? line : $0 } }
        }
    }

    @Test("other texts are refused")
    func otherTexts() throws {
        let share = try Share.test()[1].typed
        for text in ["", "\n\n", "saksi/v1", "saksi/v2 share\n", "x" + share, "saksi/v1 shares"] {
            #expect(throws: ShareTextError.header) { try Share.read(text) }
        }
        let long = share + String(repeating: "\n", count: 4096)
        #expect(throws: ShareTextError.tooLong) { try Share.read(long) }
    }

    @Test("a share with a value that was made up is named, though each row fits")
    func madeUp() throws {
        let share = try Share.test()[1]
        let lie = share.with(value: share.value.array.reversed())
        #expect(throws: ShareTextError.wrongShare(2)) { try Share.read(lie.typed) }
        #expect("\(ShareTextError.wrongShare(2))" == "share 2 is not as it was made")
    }

    private func replacing(_ lines: [String], _ row: Int, _ words: [String]) -> [String] {
        var lines = lines
        lines[3 + row] = words.joined(separator: " ")
        return lines
    }

    private func expect(
        _ expected: ShareTextError,
        _ location: SourceLocation = #_sourceLocation,
        _ lines: () -> [String]
    ) {
        let text = lines().joined(separator: "\n")
        #expect(throws: expected, sourceLocation: location) { _ = try Share.read(text) }
    }
}
