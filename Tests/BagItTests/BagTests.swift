// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing

@testable import BagIt

@Suite struct BagTests {
    @Test("finds just the rules that a bag breaks", arguments: Breach.all)
    func breach(_ breach: Breach) throws {
        let bag = try TestBag(breach.version)
        try breach.change(bag)
        try bag.sealTags()
        try breach.changeTags(bag)
        let report = bag.report()
        let rules = { (warnings: Bool) in
            Set(report.findings.filter { $0.isWarning == warnings }.map(\.rule))
        }
        #expect(rules(false) == breach.broken, "\(report.findings)")
        #expect(rules(true) == breach.warned, "\(report.findings)")
        #expect(report.isValid == breach.broken.isEmpty)
    }

    @Test("each rule is broken by some bag here")
    func allRules() {
        let found = Breach.all.reduce(into: Set<BagRule>()) {
            $0.formUnion($1.broken.union($1.warned))
        }
        // The folder that cannot be read has a test of its own.
        #expect(found.union([.readable]) == Set(BagRule.allCases))
    }

    @Test("a folder that is not there is no bag")
    func nowhere() {
        let report = BagReport(verifying: "/nowhere")
        #expect(report.brokenRules.contains(.readable))
        #expect(!report.isValid)
    }

    @Test("a bag that keeps all rules is valid in each version", arguments: BagVersion.allCases)
    func versions(version: BagVersion) throws {
        let report = try TestBag(version).report()
        #expect(report.findings.isEmpty)
        #expect(report.version == version)
        #expect(report.payload == BagFolder.Extent(files: 2, bytes: 10))
        #expect(report.tagFiles == 4)
    }

    @Test("checks each algorithm, and finds one bit", arguments: DigestAlgorithm.allCases)
    func algorithms(algorithm: DigestAlgorithm) throws {
        let bag = try TestBag(.v1_0, algorithm)
        #expect(bag.report().isValid)
        #expect(bag.report().algorithms == [algorithm])
        try bag.write("alphb\n", to: "data/a.txt")
        #expect(bag.report().brokenRules == [.checksum])
    }

    @Test("reads the same bytes past the page cache")
    func uncached() throws {
        let bag = try TestBag()
        try bag.write(repeatElement(7, count: (1 << 20) + 1), to: "data/large")
        let folder = BagFolder(bag.path) { _ in true }
        for (path, digests) in folder.digests(of: Array(folder.sizes.keys), [.sha256]) {
            let bytes = try bag.bytes(path.text)
            let found = try digests.get()
            #expect(found.size == UInt64(bytes.count))
            #expect(found[.sha256] == Hash(hashing: bytes).bytes)
        }
    }

    @Test("line ends in names are percent-encoded, and percent signs since 1.0")
    func names() throws {
        for version in [BagVersion.v0_97, .v1_0] {
            let bag = try TestBag(version)
            try bag.remove(bag.info)
            try bag.write("x", to: "data/a\r\nb%41")
            try bag.sealPayload()
            let percent = version == .v1_0 ? "%25" : "%"
            try bag.replace("a\r\nb%41", by: "a%0d%0Ab\(percent)41", in: bag.manifest)
            try bag.sealTags()
            #expect(bag.report().findings.isEmpty, "\(bag.report().findings)")
        }
    }

    @Test("before 1.0 a name may look like an encoded one")
    func literalNames() throws {
        let bag = try TestBag(.v0_97)
        try bag.remove(bag.info)
        try bag.write("x", to: "data/a%0Ab")
        try bag.sealPayload()
        try bag.sealTags()
        #expect(bag.report().findings.isEmpty)
    }

    @Test(
        "reads tag files in the declared encoding",
        arguments: ["UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "us-ascii"]
    )
    func encodings(name: String) throws {
        let bag = try TestBag()
        try bag.replace("UTF-8", by: name, in: "bagit.txt")
        let isASCII = name == "us-ascii"
        if !isASCII { try bag.write("x", to: "data/caf\u{e9}") }
        try bag.write("Payload-Oxum: \(isASCII ? "10.2" : "11.3")\n", to: bag.info)
        try bag.sealPayload()
        let encode = { (file: String) throws in
            let text = String(decoding: try bag.bytes(file), as: UTF8.self)
            let encoding: String.Encoding =
                switch name {
                case "UTF-16": .utf16
                case "UTF-16LE": .utf16LittleEndian
                case "UTF-16BE": .utf16BigEndian
                default: .isoLatin1
                }
            try bag.write(try #require(text.data(using: encoding)), to: file)
        }
        try encode(bag.manifest)
        try encode(bag.info)
        try bag.sealTags()
        try encode(bag.tagManifest)
        #expect(bag.report().findings.isEmpty, "\(bag.report().findings)")
    }

    @Test("takes CR, LF and CRLF for line ends, and does without the last one")
    func lineEnds() throws {
        for end in ["\r", "\r\n"] {
            let bag = try TestBag()
            for file in [bag.manifest, "bagit.txt", bag.info] {
                try bag.replace("\n", by: end, in: file)
            }
            try bag.write(bag.bytes(bag.manifest).dropLast(end.utf8.count), to: bag.manifest)
            try bag.sealTags()
            #expect(bag.report().findings.isEmpty)
        }
    }

    @Test("a checksum may be in capitals, after tabs and spaces")
    func spelling() throws {
        let bag = try TestBag()
        let lines = String(decoding: try bag.bytes(bag.manifest), as: UTF8.self)
            .split(separator: "\n").map { $0.prefix(64).uppercased() + "\t \t" + $0.dropFirst(66) }
        try bag.write(lines.joined(separator: "\n"), to: bag.manifest)
        try bag.sealTags()
        #expect(bag.report().findings.isEmpty)
    }

    @Test("follows no link, though it is listed and its checksum fits")
    func listedLink() throws {
        let bag = try TestBag()
        try bag.remove(bag.info)
        try bag.write("outside", to: "../\(URL(filePath: bag.path).lastPathComponent).outside")
        let outside = bag.path + ".outside"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try bag.write("outside", to: "data/link")
        try bag.sealPayload()
        try bag.remove("data/link")
        try FileManager.default.createSymbolicLink(
            atPath: bag.path + "/data/link",
            withDestinationPath: outside
        )
        try bag.sealTags()
        #expect(bag.report().brokenRules == [.kind, .absent])
    }

    @Test("tells each rule that the lines of a file break, and not each line without end")
    func manyLines() throws {
        let bag = try TestBag()
        let zeros = String(repeating: "0", count: 64)
        let lines = (0..<300).map { "x\n\(zeros)  ./data/\($0)\n" }.joined()
        try bag.append(lines + "\(zeros)  data/100%\n", to: bag.manifest)
        try bag.sealTags()
        let report = bag.report()
        for rule in [BagRule.line, .dot, .absent] {
            let found = report.findings.filter { $0.rule == rule }
            #expect(found.count == 101, "\(rule)")
            #expect(found.last?.file?.text == bag.manifest)
            #expect(found.last?.detail.hasPrefix("there are more of these") == true)
        }
        #expect(Set(report.brokenRules) == [.line, .percent, .absent])
    }

    @Test("reads tag files only as far as they are not too large together")
    func tagBytes() throws {
        let bag = try TestBag()
        let all = try [bag.manifest, bag.tagManifest, bag.info]
            .reduce(0) { try $0 + bag.bytes($1).count }
        #expect(Bag(at: bag.path, readingTags: all).findings.isEmpty)
        let findings = Bag(at: bag.path, readingTags: all - 1).findings
        #expect(findings.map(\.rule) == [.readable])
        #expect(findings.first?.detail.hasPrefix("it is too large: got ") == true)
    }

    @Test("many files are hashed as well as few")
    func many() throws {
        let bag = try TestBag()
        try bag.remove(bag.info)
        for number in 0..<300 {
            try bag.write(String(repeating: "\(number)", count: number), to: "data/n/\(number)")
        }
        try bag.sealPayload()
        try bag.sealTags()
        #expect(bag.report().isValid)
        for number in [0, 150, 299] { try bag.write("changed", to: "data/n/\(number)") }
        let changed = bag.report().findings.filter { $0.rule == .checksum }.map(\.file?.text)
        #expect(changed == ["data/n/0", "data/n/150", "data/n/299"])
    }
}
