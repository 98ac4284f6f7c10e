// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing

@testable import BagIt

/// A change to a valid bag, and the rules that it breaks: just these.
struct Breach: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let version: BagVersion
    let broken: Set<BagRule>
    let warned: Set<BagRule>
    let change: @Sendable (TestBag) throws -> Void
    /// Done after the tag manifest was made anew.
    let changeTags: @Sendable (TestBag) throws -> Void

    init(
        _ name: String,
        _ version: BagVersion = .v1_0,
        broken: Set<BagRule> = [],
        warned: Set<BagRule> = [],
        _ change: @escaping @Sendable (TestBag) throws -> Void = { _ in },
        tags: @escaping @Sendable (TestBag) throws -> Void = { _ in }
    ) {
        testDescription = "\(name), \(version.rawValue)"
        self.version = version
        self.broken = broken
        self.warned = warned
        self.change = change
        changeTags = tags
    }

    static let all = files + declarations + manifests + tagManifests + metadata + fetches

    private static let files: [Breach] = [
        Breach("a symbolic link", broken: [.kind]) {
            try FileManager.default.createSymbolicLink(
                atPath: $0.path + "/data/link",
                withDestinationPath: "a.txt"
            )
        },
        Breach("a link to a folder outside", broken: [.kind]) {
            try FileManager.default.createSymbolicLink(
                atPath: $0.path + "/data/link",
                withDestinationPath: "/etc"
            )
        },
        Breach("a pipe", broken: [.kind]) { unsafe mkfifo($0.path + "/data/pipe", 0o600) },
        Breach("a name that is not UTF-8", broken: [.name]) { bag in
            let name = Array("\(bag.path)/data/".utf8) + [0xff, 0]
            unsafe name.withUnsafeBytes {
                let start = unsafe $0.bindMemory(to: CChar.self).baseAddress
                unsafe start.map { _ = unsafe close(creat($0, 0o600)) }
            }
        },
        Breach("names that differ in case", broken: [.alike]) {
            try $0.remove($0.info)
            try $0.write("x", to: "data/A.TXT")
            try $0.sealPayload()
        },
        Breach("folders that differ in case", broken: [.alike]) {
            try $0.remove($0.info)
            try $0.write("x", to: "data/B/d.txt")
            try $0.sealPayload()
        },
        Breach("names that differ in their normal form", broken: [.alike]) {
            try $0.remove($0.info)
            try $0.write("x", to: "data/caf\u{e9}")
            try $0.write("x", to: "data/cafe\u{301}")
            try $0.sealPayload()
        },
        Breach("too many folders in folders", broken: [.count]) {
            try FileManager.default.createDirectory(
                atPath: $0.path + "/x" + String(repeating: "/d", count: 70),
                withIntermediateDirectories: true
            )
        },
        Breach("an empty folder", warned: [.emptyFolder]) {
            try FileManager.default.createDirectory(
                atPath: $0.path + "/data/empty",
                withIntermediateDirectories: false
            )
        },
        Breach("a payload file that changed", broken: [.checksum]) {
            try $0.write("Alpha\n", to: "data/a.txt")
        },
        Breach(
            "a tag file that changed",
            broken: [.checksum],
            tags: { try $0.append("Contact-Name: x\n", to: $0.info) }
        ),
        Breach("a payload file that is missing", broken: [.absent]) {
            try $0.remove($0.info)
            try $0.remove("data/a.txt")
        },
        Breach("a payload file that is not listed", broken: [.unlisted]) {
            try $0.remove($0.info)
            try $0.write("x", to: "data/new")
        },
        Breach("no folder data", broken: [.payloadFolder]) {
            try $0.remove($0.info)
            try $0.remove("data")
            try $0.sealPayload()
        },
    ]

    private static let declarations: [Breach] = [
        Breach("no declaration", broken: [.declaration]) { try $0.remove("bagit.txt") },
        declaration("a third line", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n\n"),
        declaration("one line", "BagIt-Version: 1.0\n"),
        declaration(
            "lines in another order",
            "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n"
        ),
        declaration("two spaces", "BagIt-Version:  1.0\nTag-File-Character-Encoding: UTF-8\n"),
        declaration(
            "a space at the end",
            "BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n"
        ),
        declaration(
            "a space before the colon",
            "BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n"
        ),
        declaration(
            "a space at the start",
            " BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        ),
        declaration("a tab", "BagIt-Version:\t1.0\nTag-File-Character-Encoding: UTF-8\n"),
        declaration("no value", "BagIt-Version: \nTag-File-Character-Encoding: UTF-8\n"),
        declaration(
            "a byte order mark",
            "\u{feff}BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        ),
        Breach("a declaration that is not UTF-8", broken: [.declaration]) {
            try $0.write([0xff, 0xfe], to: "bagit.txt")
        },
        Breach("another label's case and CR") {
            try $0.write(
                "bagit-version: 1.0\rTag-File-Character-Encoding: utf-8",
                to: "bagit.txt"
            )
        },
        declaration(
            "an unknown version",
            "BagIt-Version: 1.1\nTag-File-Character-Encoding: UTF-8\n",
            .version
        ),
        declaration(
            "a short version",
            "BagIt-Version: .97\nTag-File-Character-Encoding: UTF-8\n",
            .version
        ),
        declaration(
            "an unknown encoding",
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: EBCDIC-US\n",
            .encoding
        ),
        Breach("a manifest with a byte order mark", broken: [.text]) {
            try $0.write([0xef, 0xbb, 0xbf] + $0.bytes($0.manifest), to: $0.manifest)
        },
        Breach("a manifest that is not UTF-8", broken: [.text]) {
            try $0.write($0.bytes($0.manifest) + [0xff], to: $0.manifest)
        },
    ]

    private static func declaration(_ name: String, _ text: String, _ rule: BagRule = .declaration)
        -> Breach
    {
        Breach(name, broken: [rule]) { try $0.write(text, to: "bagit.txt") }
    }

    private static let manifests: [Breach] = [
        Breach("no payload manifest", broken: [.payloadManifest]) { try $0.remove($0.manifest) },
        Breach("an unknown algorithm", broken: [.algorithm]) {
            try $0.write("", to: "manifest-crc32.txt")
        },
        Breach("an algorithm in capitals", broken: [.algorithm]) {
            try $0.write("", to: "manifest-SHA512.txt")
        },
        line("a line that is none", "x\n", [.line]),
        line("a short checksum", "00ff  data/x\n", [.line]),
        line("a checksum without a path", String(repeating: "0", count: 64) + "\n", [.line]),
        line("a blank path", String(repeating: "0", count: 64) + "  \n", [.line]),
        line("digits that are none", String(repeating: "g", count: 64) + "  data/x\n", [.line]),
        line("md5sum's backslash", "\\" + path("data/x\\\\y"), [.line]),
        line("an empty line", "\n", [.line]),
        Breach("an empty line", .v0_97, warned: [.line]) { try $0.append("\n", to: $0.manifest) },
        line("encoding that need not be", path("data/%7Ea"), [.percent]),
        line("a percent sign", path("data/100%"), [.percent]),
        line("a way out", path("data/../../etc/passwd"), [.path]),
        line("a way out and back", path("data/../data/a.txt"), [.path]),
        line("an absolute path", path("/etc/passwd"), [.path]),
        line("a home folder", path("~root/x"), [.path]),
        line("a drive", path("C:\\x"), [.path]),
        line("a tag file", path("bagit.txt"), [.path]),
        line("two slashes", path("data//a.txt"), [.path]),
        line("a folder's slash", path("data/b/"), [.path]),
        line("a folder", path("data/b"), [.absent]),
        // One grapheme with the slash: no prefix of characters, and yet not in data/.
        line("a combining mark after the slash", path("data/\u{301}x"), [.absent]),
        Breach("a way out by ./", broken: [.path], warned: [.dot]) {
            try $0.append(path("./../x"), to: $0.manifest)
        },
        Breach("a dot and a slash", warned: [.dot]) {
            try $0.replace("data/a.txt", by: "./data/a.txt", in: $0.manifest)
        },
        Breach("an asterisk", broken: [.asterisk]) {
            try $0.replace("  data/a.txt", by: " *data/a.txt", in: $0.manifest)
        },
        Breach("an asterisk", .v0_97, warned: [.asterisk]) {
            try $0.replace("  data/a.txt", by: " *data/a.txt", in: $0.manifest)
        },
        Breach("a path twice", broken: [.twice]) { bag in
            try bag.append(bag.line("data/a.txt"), to: bag.manifest)
        },
        Breach("a path twice", .v0_97, warned: [.twice]) { bag in
            try bag.append(bag.line("data/a.txt"), to: bag.manifest)
        },
        Breach("a path twice with two checksums", .v0_97, broken: [.twice]) {
            try $0.append(path("data/a.txt"), to: $0.manifest)
        },
        Breach("names listed in two cases", broken: [.alike, .absent]) {
            try $0.append(path("data/A.txt"), to: $0.manifest)
        },
        Breach("another normal form than the file's", warned: [.normalForm]) {
            try $0.remove($0.info)
            try $0.write("x", to: "data/caf\u{e9}")
            try $0.sealPayload()
            try $0.replace("caf\u{e9}", by: "cafe\u{301}", in: $0.manifest)
        },
        Breach("a manifest of MD5 that does not list all", broken: [.unlisted], warned: [.weak]) {
            bag in try bag.write(bag.line("data/a.txt", .md5), to: "manifest-md5.txt")
        },
        Breach("a manifest of MD5 that does not list all", .v0_97, warned: [.weak]) { bag in
            try bag.write(bag.line("data/a.txt", .md5), to: "manifest-md5.txt")
        },
        Breach("a second manifest that differs", broken: [.checksum]) { bag in
            let zeros = String(repeating: "0", count: 128)
            try bag.write("\(zeros) data/a.txt\n\(zeros) data/b/c.txt\n", to: "manifest-sha512.txt")
        },
    ]

    /// A line for a path with the checksum of nothing.
    private static func path(_ path: String) -> String {
        String(repeating: "0", count: 64) + "  \(path)\n"
    }

    private static func line(_ name: String, _ line: String, _ broken: Set<BagRule>) -> Breach {
        Breach(name, broken: broken) { try $0.append(line, to: $0.manifest) }
    }
}
