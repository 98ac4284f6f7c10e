// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@Suite struct CSVTextTests {
    @Test(
        "writes a cell so that a spreadsheet reads it back and runs none of it",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"it\"", "\"say \"\"it\"\"\""),
            ("two\nlines", "\"two\nlines\""), ("=1+1", "'=1+1"), ("@x", "'@x"), ("-1", "'-1"),
            ("\r", "'\\u{d}"), ("a\u{1b}[2J", "a\\u{1b}[2J"), ("x\u{202e}gpj", "x\\u{202e}gpj"),
            ("សាក្សី", "សាក្សី"), ("a\"\u{301},=1", "\"a\"\"\u{301},=1\""),
        ]
    )
    func cell(text: String, spelled: String) {
        #expect(CSVText.line([text, "z"]) == spelled + ",z\r\n")
    }
}
