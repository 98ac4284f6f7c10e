// SPDX-License-Identifier: Apache-2.0

/// A version of BagIt.
public enum BagVersion: String, CaseIterable, Sendable {
    case v0_93 = "0.93"
    case v0_94 = "0.94"
    case v0_95 = "0.95"
    case v0_96 = "0.96"
    case v0_97 = "0.97"
    case v1_0 = "1.0"

    /// The file with the metadata; 0.96 renamed it.
    var infoName: BagPath {
        switch self {
        case .v0_93, .v0_94, .v0_95: BagPath("package-info.txt")
        case .v0_96, .v0_97, .v1_0: BagPath("bag-info.txt")
        }
    }
}

/// What `bagit.txt` says (RFC 8493, section 2.1.1).
struct BagDeclaration {
    static let name = BagPath("bagit.txt")

    /// BagIt 1.0 where the file does not say, so that the rest can be looked at all the same.
    private(set) var version = BagVersion.v1_0
    /// UTF-8 where the file does not say.
    private(set) var encoding = TagEncoding.utf8
    private(set) var findings: [BagFinding] = []

    /// Reads the file; `nil` stands for one that is not there.
    init(_ bytes: [UInt8]?) {
        guard let bytes else {
            report(.declaration, "it is missing")
            return
        }
        let lines: [ArraySlice<UInt8>]
        do throws(TagTextError) {
            lines = Array(try TagText(bytes, in: .utf8).lines)
        } catch {
            switch error {
            case .wrongEncoding: report(.declaration, "it is not UTF-8")
            case .byteOrderMark: report(.declaration, "it begins with a byte order mark")
            }
            return
        }
        if lines.count != 2 {
            report(.declaration, "it has \(lines.count) lines instead of two")
        }
        read(version: value(of: "BagIt-Version", in: lines, 1))
        read(encoding: value(of: "Tag-File-Character-Encoding", in: lines, 2))
    }

    /// The label as in ABNF, whatever its case, a colon and one space.
    private mutating func value(of label: String, in lines: [ArraySlice<UInt8>], _ number: Int)
        -> String?
    {
        guard lines.count >= number else { return nil }
        let line = lines[number - 1].text
        let start = line.utf8.prefix(label.utf8.count + 2)
        guard String(start)?.lowercased() == label.lowercased() + ": ",
            let value = String(line.utf8.dropFirst(start.count)), !value.isEmpty,
            !value.utf8.contains(where: \.isBlank)
        else {
            report(.declaration, line: number, "got \"\(line)\", want \"\(label): …\"")
            return nil
        }
        return value
    }

    private mutating func read(version text: String?) {
        guard let text else { return }
        guard let version = BagVersion(rawValue: text) else {
            let known = BagVersion.allCases.map(\.rawValue).joined(separator: ", ")
            return report(.version, line: 1, "got \"\(text)\", want one of \(known)")
        }
        self.version = version
    }

    private mutating func read(encoding text: String?) {
        guard let text else { return }
        guard let encoding = TagEncoding(text) else {
            return report(.encoding, line: 2, "\"\(text)\" is not an encoding that is read here")
        }
        self.encoding = encoding
    }

    private mutating func report(_ rule: BagRule, line: Int? = nil, _ detail: String) {
        findings.append(BagFinding(rule, in: Self.name, line: line, detail))
    }
}
