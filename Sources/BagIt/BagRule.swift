// SPDX-License-Identifier: Apache-2.0

/// The rules that a bag is held to; the article <doc:Bags> says where each stands.
public enum BagRule: String, CaseIterable, Sendable {
    /// The folder and each file can be read.
    case readable = "files.readable"
    /// There are only folders and plain files, no links.
    case kind = "files.kind"
    /// Each name is UTF-8.
    case name = "files.name"
    /// No two names differ only in case or normal form.
    case alike = "files.alike"
    /// There are not more files, or folders in folders, than any bag has.
    case count = "files.count"
    /// No folder is empty: no manifest keeps it.
    case emptyFolder = "files.empty-folder"

    /// `bagit.txt` has its two lines.
    case declaration = "declaration.form"
    /// The version is one of BagIt's.
    case version = "declaration.version"
    /// The encoding is one that can be read.
    case encoding = "declaration.encoding"

    /// There is a folder `data`.
    case payloadFolder = "payload.folder"
    /// There is a payload manifest.
    case payloadManifest = "payload.manifest"

    /// A tag file is text in the declared encoding, with a byte order mark only where that needs one.
    case text = "text.encoding"

    /// The checksum algorithm in a manifest's name is one that can be checked.
    case algorithm = "manifest.algorithm"
    /// The checksums of a manifest withstand somebody who wants two files with the same one.
    case weak = "manifest.weak"
    /// Each line is a checksum, white space and a path.
    case line = "manifest.line"
    /// Only what must be is percent-encoded.
    case percent = "manifest.percent"
    /// Each path is where files of that manifest may lie.
    case path = "manifest.path"
    /// A path does not begin with `./`.
    case dot = "manifest.dot-slash"
    /// There is no asterisk before a path.
    case asterisk = "manifest.asterisk"
    /// No path is listed twice.
    case twice = "manifest.twice"
    /// A path is in the normal form of the file's name.
    case normalForm = "manifest.normal-form"
    /// Each listed file is there.
    case absent = "manifest.absent"
    /// Each payload file is listed.
    case unlisted = "manifest.unlisted"
    /// Each tag manifest lists each payload manifest.
    case manifests = "manifest.manifests"
    /// A tag manifest lists each other tag file.
    case tags = "manifest.tags"

    /// `bag-info.txt` consists of labels and values.
    case info = "info.form"
    /// No element is repeated that must not be.
    case repeated = "info.repeated"
    /// `Payload-Oxum` is the size and the number of the payload files.
    case oxum = "info.payload-oxum"
    /// `Bagging-Date` is a date.
    case date = "info.bagging-date"
    /// `Bag-Count` is `N of T`, and `Bag-Group-Identifier` says of which group.
    case bagCount = "info.bag-count"

    /// Each line of `fetch.txt` is a URL, a length and a path.
    case fetch = "fetch.line"
    /// Each path of `fetch.txt` lies under `data/`.
    case fetchPath = "fetch.path"
    /// Each path of `fetch.txt` is listed in the payload manifests.
    case fetchListed = "fetch.listed"
    /// A file that was fetched has the length that `fetch.txt` says.
    case fetchLength = "fetch.length"

    /// Each file has the listed checksum.
    case checksum = "checksum"

    /// Whether it is about what `bagit.txt` and `bag-info.txt` say, and not about which files there are.
    public var isOfMetadata: Bool {
        switch self {
        case .declaration, .version, .encoding, .info, .repeated, .oxum, .date, .bagCount: true
        default: false
        }
    }
}

/// Where a bag does not keep a rule.
public struct BagFinding: Equatable, Sendable {
    /// The rule.
    public let rule: BagRule
    /// Whether the bag is valid all the same: the rule is only recommended, or is new in a later
    /// version.
    public let isWarning: Bool
    /// The file it was found in; `nil` for the bag's folder.
    public let file: BagPath?
    /// The line in that file, from 1.
    public let line: Int?
    /// What was found, and what is wanted; it quotes the bag's own text as it is.
    public let detail: String

    init(
        _ rule: BagRule,
        warning: Bool = false,
        in file: BagPath? = nil,
        line: Int? = nil,
        _ detail: String
    ) {
        self.rule = rule
        isWarning = warning
        self.file = file
        self.line = line
        self.detail = detail
    }
}

extension BagFinding: CustomStringConvertible {
    /// The place and the detail, for people; control characters stand in it as they are.
    public var description: String {
        let place = [file?.text, line.map { "line \($0)" }].compactMap(\.self)
        return (place + [detail]).joined(separator: ": ")
    }
}
