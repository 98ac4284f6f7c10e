// SPDX-License-Identifier: Apache-2.0

import BagIt
import Foundation

extension FuzzTarget {
    /// The tag files of a bag, each in a piece of the input.
    private static let names = [
        "bagit.txt", "manifest-sha256.txt", "bag-info.txt", "fetch.txt", "tagmanifest-md5.txt",
    ]
    private static let separator: UInt8 = 1
    private static let folder = FileManager.default.temporaryDirectory
        .appending(path: "saksi-fuzz-\(ProcessInfo.processInfo.processIdentifier)")

    private static let seed: @Sendable () throws -> [[UInt8]] = {
        let zeros = String(repeating: "0", count: 64)
        let texts = [
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "\(zeros)  data/a%0Ab\n\(zeros) *./data/c\r\n",
            "Payload-Oxum: 0.0\nBag-Count: 1 of ?\n x\n",
            "https://example.org/ - data/c\n",
            "\(zeros.prefix(32))\tbagit.txt\r",
        ]
        return [Array(texts.joined(separator: "\u{1}").utf8)]
    }

    static let bagIt: [FuzzTarget] = [
        FuzzTarget("bag", seeds: seed) { input in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "data"),
                withIntermediateDirectories: true
            )
            let pieces = input.split(separator: separator, omittingEmptySubsequences: false)
            for (place, name) in names.enumerated() {
                let piece = place < pieces.count ? pieces[place] : []
                try Data(piece).write(to: folder.appending(path: name))
            }
            let report = BagReport(verifying: folder.path)
            precondition(report.isValid == report.brokenRules.isEmpty)
            for finding in report.findings { precondition(!"\(finding)".isEmpty) }
        }
    ]
}
