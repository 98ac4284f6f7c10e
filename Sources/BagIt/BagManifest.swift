// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings

/// A payload or tag manifest: files and their checksums (RFC 8493, sections 2.1.3 and 2.2.1).
public struct BagManifest: Sendable {
    /// One line of it.
    public struct Entry: Sendable {
        /// The file, as it is spelled once percent-encoding is taken off.
        public let path: BagPath
        /// The bytes that its hexadecimal digits stand for.
        public let checksum: [UInt8]
        /// From 1.
        let line: Int
    }

    /// The manifest's own name.
    public let name: BagPath
    /// How the checksums were made.
    public let algorithm: DigestAlgorithm
    /// Whether it lists the files under `data/`, or other tag files.
    public let isPayload: Bool
    /// The lines that could be read, in order, each path once.
    public private(set) var entries: [Entry] = []

    /// What kind of manifest a file in the bag's folder is by its name, and of which algorithm; `nil`
    /// for another file.
    static func kind(of name: BagPath) -> (isPayload: Bool, algorithm: String)? {
        guard name.text.utf8.suffix(4).elementsEqual(".txt".utf8) else { return nil }
        let stem = name.text.utf8.dropLast(4)
        for (prefix, isPayload) in [("manifest-", true), ("tagmanifest-", false)]
        where stem.starts(with: prefix.utf8) && stem.count > prefix.utf8.count {
            let algorithm = stem.dropFirst(prefix.utf8.count)
            return (isPayload, String(decoding: Array(algorithm), as: UTF8.self))
        }
        return nil
    }

    init(
        _ name: BagPath,
        of algorithm: DigestAlgorithm,
        isPayload: Bool,
        version: BagVersion,
        text: TagText,
        findings: inout FindingList
    ) {
        self.name = name
        self.algorithm = algorithm
        self.isPayload = isPayload
        if algorithm.hasCollisions {
            let detail = "\(algorithm) shows damage, not forgery"
            findings.append(BagFinding(.weak, warning: true, in: name, detail))
        }
        let spelling = PathSpelling(version: version, isPayload: isPayload)
        var places: [BagPath: Int] = [:]
        for (place, line) in text.lines.enumerated() {
            let number = place + 1
            func report(_ rule: BagRule, warning: Bool = false, _ detail: String) {
                findings.append(
                    BagFinding(rule, warning: warning, in: name, line: number, detail)
                )
            }
            guard !line.isEmpty else {
                report(.line, warning: version < .v1_0, "it is empty")
                continue
            }
            var rest = line
            let digits = rest.takeWord()
            guard digits.count == 2 * algorithm.size, !rest.isEmpty,
                let checksum = Hex.decode(digits.text.lowercased())
            else {
                report(.line, "got \"\(line.text)\", want a checksum of \(algorithm) and a path")
                continue
            }
            if rest.first == UInt8(ascii: "*") {
                // What md5sum writes in binary mode (RFC 8493, section 6.1.3).
                report(.asterisk, warning: version < .v1_0, "an asterisk stands before the path")
                rest = rest.dropFirst()
            }
            let reading = spelling.read(rest)
            for problem in reading.problems {
                report(problem.rule, warning: problem.isWarning, problem.detail)
            }
            guard let path = reading.path else { continue }
            if let earlier = places[path].map({ entries[$0] }) {
                let isSame = earlier.checksum == checksum
                report(
                    .twice,
                    warning: version < .v1_0 && isSame,
                    "\(path) stands in line \(earlier.line) already"
                        + (isSame ? "" : ", with another checksum")
                )
                continue
            }
            places[path] = entries.count
            entries.append(Entry(path: path, checksum: checksum, line: number))
        }
    }
}

extension BagVersion: Comparable {
    /// The order in which they were published.
    public static func < (left: BagVersion, right: BagVersion) -> Bool {
        left.rawValue < right.rawValue
    }
}
