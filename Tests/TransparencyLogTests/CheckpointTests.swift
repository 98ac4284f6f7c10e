// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog

@Suite struct CheckpointTests {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

    @Test("reads and writes the same bytes, extension lines too")
    func roundTrips() throws {
        for text in [
            "example.com/behind-the-sofa\n20852163\n\(root)\n",
            "go.sum database tree\n0\n\(root)\n",
            "Rekor - 1\n18446744073709551615\n\(root)\nTimestamp: 1\n more\n",
        ] {
            let checkpoint = try Checkpoint(parsing: text)
            #expect(checkpoint.text == text)
        }
        let checkpoint = try Checkpoint(parsing: "a\n7\n\(root)\none\ntwo\n")
        #expect(checkpoint.origin == "a")
        #expect(checkpoint.size == 7)
        #expect(checkpoint.root.bytes.prefix(2) == [0x0a, 0xc5])
        #expect(checkpoint.extensions == ["one", "two"])
    }

    @Test(
        "refuses a size in any but its one spelling",
        arguments: [
            "", "00", "07", "+7", "-7", " 7", "7 ", "7.0", "0x7", "seven", "٧", "7_0",
            "18446744073709551616", "99999999999999999999999",
        ]
    )
    func refusesSizes(size: String) {
        #expect(throws: CheckpointError.malformedSize) {
            try Checkpoint(parsing: "a\n\(size)\n\(root)\n")
        }
    }

    @Test("names the rule that a text breaks")
    func namesRules() {
        let cases: [(String, CheckpointError)] = [
            ("", .unterminatedLine), ("\n", .malformedOrigin), ("a\n", .missingLine),
            ("a\n7\n", .missingLine), ("a\n7\n\(root)", .unterminatedLine),
            ("\n7\n\(root)\n", .malformedOrigin), ("a\n7\n\(root.dropLast())\n", .malformedRoot),
            ("a\n7\nAAAA\n", .malformedRoot), ("a\n7\n\(root)\n\n", .emptyExtension),
            ("a\n7\n\(root)\nx\n\ny\n", .emptyExtension), ("a\r\n7\n\(root)\n", .controlCharacter),
            ("a\n7\n\(root.dropLast(2))J=\n", .malformedRoot),
        ]
        for (text, error) in cases {
            #expect(throws: error, "\(text)") { try Checkpoint(parsing: text) }
        }
        #expect(throws: CheckpointError.malformedOrigin) {
            try Checkpoint(origin: "", size: 0, root: MerkleTree.emptyRoot)
        }
        #expect(throws: CheckpointError.malformedOrigin) {
            try Checkpoint(origin: "a\nb", size: 0, root: MerkleTree.emptyRoot)
        }
    }
}
