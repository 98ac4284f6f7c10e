// SPDX-License-Identifier: Apache-2.0

import QRText
import Testing

@Suite("QR codes as text")
struct QRTextTests {
    @Test("every line is as wide as the code and its margin")
    func shape() throws {
        let code = try QRText("x".utf8)
        #expect(code.width == 21)
        for ink in [QRText.Ink.dark, .light] {
            let lines = code.lines(ink)
            #expect(lines.count == 15)
            #expect(lines.allSatisfy { $0.count == 29 })
            let blank = ink == .dark ? " " : "█"
            #expect(lines[0] == String(repeating: blank, count: 29))
        }
        // The corner of the finder pattern.
        #expect(code.isDark(0, 0) && !code.isDark(1, 1) && code.isDark(2, 2))
        #expect(!code.isDark(-1, 0) && !code.isDark(0, 21))
    }

    @Test("refuses what does not fit, and nothing at all")
    func bounds() throws {
        #expect(throws: QRTextError.empty) { try QRText([]) }
        #expect(throws: QRTextError.tooLong(2332)) {
            try QRText([UInt8](repeating: 65, count: 2332))
        }
        let low = try QRText([UInt8](repeating: 65, count: 2953), correction: .low)
        #expect(low.width == 177)
        #expect(throws: QRTextError.tooLong(2954)) {
            try QRText([UInt8](repeating: 65, count: 2954), correction: .low)
        }
    }
}
