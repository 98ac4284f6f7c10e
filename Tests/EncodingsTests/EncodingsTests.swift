// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@Suite("Encodings")
struct EncodingsTests {
    @Test(
        "base 64 of the RFC 4648 examples, both ways",
        arguments: [
            ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
            ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
        ]
    )
    func base64Examples(plain: String, padded: String, unpadded: String) {
        #expect(Base64.padded.encode(plain.utf8) == padded)
        #expect(Base64.unpadded.encode(plain.utf8) == unpadded)
        #expect(Base64.padded.decode(padded) == Array(plain.utf8))
        #expect(Base64.unpadded.decode(unpadded) == Array(plain.utf8))
    }

    @Test(
        "refuses every second spelling of a value in base 64",
        arguments: [
            "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", "Zm9v ", "Zm-v", "====", "=", "Z===",
            "Zg==Zg==", "Zm9v====",
        ]
    )
    func base64Strictness(text: String) {
        #expect(Base64.padded.decode(text) == nil)
    }

    @Test("the URL alphabet and the standard one do not mix")
    func alphabets() {
        let bytes: [UInt8] = [0xfb, 0xff, 0xbf]
        #expect(Base64.unpadded.encode(bytes) == "+/+/")
        #expect(Base64.url.encode(bytes) == "-_-_")
        #expect(Base64.url.decode("+/+/") == nil)
        #expect(Base64.unpadded.decode("-_-_") == nil)
    }

    @Test("every byte string up to 70 bytes survives the round trip")
    func roundTrip() {
        for length in 0...70 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ length) }
            for form in [Base64.padded, .unpadded, .url] {
                #expect(form.decode(form.encode(bytes)) == bytes)
            }
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test(
        "refuses upper case, odd lengths and strangers in hexadecimal",
        arguments: [
            "A0", "0", "0g", "0x00", " 00",
        ]
    )
    func hexStrictness(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}

@Suite("Words")
struct ProquintTests {
    @Test(
        "proquints are those of the paper's addresses",
        arguments: [
            (0x7f00, "lusab"), (0x0001, "babad"), (0x3f54, "gutih"), (0xdcc1, "tugad"),
            (0x0000, "babab"), (0xffff, "zuzuz"),
        ] as [(UInt16, String)]
    )
    func knownWords(value: UInt16, word: String) {
        #expect(Proquint.word(value) == word)
        #expect(Proquint.value(word) == value)
    }

    @Test("every 16 bits have a word of their own")
    func everyWord() {
        var words: Set<String> = []
        for value in UInt16.min ... .max {
            let word = Proquint.word(value)
            words.insert(word)
            #expect(Proquint.value(word) == value)
        }
        #expect(words.count == 65_536)
        for text in ["", "baba", "bababa", "Babab", "bebab", "cabab", "babác"] {
            #expect(Proquint.value(text) == nil)
        }
    }

    @Test("bytes are written as words, two bytes each")
    func wordsOfBytes() {
        #expect(Proquint.words([0x7f, 0x00, 0x00, 0x01]) == ["lusab", "babad"])
        #expect(Proquint.words([UInt8]()) == [])
    }
}
