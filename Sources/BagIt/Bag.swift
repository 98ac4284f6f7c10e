// SPDX-License-Identifier: Apache-2.0

import Bulk

/// A bag in a folder (RFC 8493, and the versions 0.93 to 0.97 before it): which files it has, and what
/// its tag files say of them, before any file is hashed.
///
/// Everything is read, whatever is wrong with it. ``findings`` says what is; ``check(_:)`` compares the
/// checksums.
public struct Bag: Sendable {
    /// The files on the disk.
    public let folder: BagFolder
    /// The version that the bag declares; 1.0 where it declares none that is known.
    public let version: BagVersion
    /// The manifests whose algorithm is known, by name: payload manifests and tag manifests.
    public private(set) var manifests: [BagManifest] = []
    /// Which rules it does not keep.
    ///
    /// Of what the lines of one tag file break, a hundred of each rule, and that there are more.
    public var findings: [BagFinding] { found.all }
    /// The files that were listed, each with what was listed of it.
    private(set) var listed: [BagPath: [Listing]] = [:]
    private(set) var fetch: FetchList?
    private let encoding: TagEncoding
    private var found: FindingList
    /// How many bytes of tag files may still be read.
    private var tagBytes: Int
    /// The files by names of which canonically equivalent ones are the same.
    private lazy var equivalents = Dictionary(
        folder.sizes.keys.map { ($0.text, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    /// What a manifest says of a file.
    struct Listing {
        /// Its place in ``Bag/manifests``.
        let manifest: Int
        let checksum: [UInt8]
        let line: Int
    }

    /// Reads the names of all files, and the tag files that the specification knows.
    ///
    /// - Parameter path: The bag's folder.
    public init(at path: String) {
        self.init(at: path, readingTags: BagFolder.maximumTagBytes)
    }

    /// The same, with another limit for all tag files together, in bytes.
    init(at path: String, readingTags tagBytes: Int) {
        self.tagBytes = tagBytes
        folder = BagFolder(path)
        let name = BagDeclaration.name
        let isThere = folder.sizes[name] != nil
        let declaration = BagDeclaration(isThere ? try? folder.bytes(name, limit: 1 << 16) : nil)
        version = declaration.version
        encoding = declaration.encoding
        found = FindingList(folder.findings + declaration.findings)
        if !folder.folders.contains(BagPath("data")) {
            report(.payloadFolder, "there is no folder data")
        }
        readManifests()
        readInfo()
        if let text = text(FetchList.name) {
            let fetch = FetchList(version: version, text: text)
            found.append(fetch.findings)
            self.fetch = fetch
        }
        match()
        checkCompleteness()
        checkFetch()
    }

    /// The payload manifests, or the tag manifests, each with its place.
    func places(isPayload: Bool) -> [Int] {
        manifests.indices.filter { manifests[$0].isPayload == isPayload }
    }

    /// `list` is the tag file of which a line is to blame, where that is not `file`.
    mutating func report(
        _ rule: BagRule,
        warning: Bool = false,
        in file: BagPath? = nil,
        line: Int? = nil,
        of list: BagPath? = nil,
        _ detail: String
    ) {
        found.append(BagFinding(rule, warning: warning, in: file, line: line, detail), of: list)
    }

    private mutating func readManifests() {
        var hasPayload = false
        for name in folder.sizes.keys.filter(\.isTop).sorted() {
            guard let (isPayload, spelled) = BagManifest.kind(of: name) else { continue }
            hasPayload = hasPayload || isPayload
            guard let algorithm = DigestAlgorithm(rawValue: spelled), Digester(algorithm) != nil
            else {
                report(
                    .algorithm,
                    in: name,
                    "\"\(spelled)\" is not an algorithm that is known here"
                )
                continue
            }
            guard let text = text(name) else { continue }
            manifests.append(
                BagManifest(
                    name,
                    of: algorithm,
                    isPayload: isPayload,
                    version: version,
                    text: text,
                    findings: &found
                )
            )
        }
        if !hasPayload { report(.payloadManifest, "there is no payload manifest") }
    }

    private mutating func readInfo() {
        guard let text = text(version.infoName, limit: BagInfo.maximumSize) else { return }
        var info = BagInfo(version.infoName, version: version, text: text)
        info.checkOxum(folder.payload)
        found.append(info.findings)
    }

    /// The lines of a tag file; `nil` where it is not there, or cannot be read, which is reported.
    private mutating func text(_ name: BagPath, limit: Int = .max) -> TagText? {
        guard let size = folder.sizes[name] else { return nil }
        let limit = min(limit, tagBytes)
        guard size <= UInt64(limit) else {
            report(.readable, in: name, "it is too large: got \(size) bytes, want at most \(limit)")
            return nil
        }
        tagBytes -= Int(size)
        do throws(FileError) {
            let bytes = try folder.bytes(name, limit: limit)
            do throws(TagTextError) {
                return try TagText(bytes, in: encoding)
            } catch {
                switch error {
                case .wrongEncoding: report(.text, in: name, "it is not in the declared encoding")
                case .byteOrderMark:
                    report(.text, in: name, "it begins with a byte order mark that has no use")
                }
            }
        } catch {
            report(.readable, in: name, "\(error)")
        }
        return nil
    }

    /// Finds the files that the manifests mean.
    private mutating func match() {
        for (place, manifest) in manifests.enumerated() {
            var folded: [String: BagPath] = [:]
            for entry in manifest.entries {
                if let other = folded.updateValue(entry.path, forKey: entry.path.folded) {
                    let detail = "\(other) differs from \(entry.path) only in case or normal form"
                    report(.alike, in: manifest.name, line: entry.line, detail)
                }
                let file = file(for: entry.path)
                if let file, file.isEquivalent {
                    let detail = "\(entry.path) has another normal form than the file's name"
                    report(.normalForm, warning: true, in: manifest.name, line: entry.line, detail)
                }
                listed[file?.path ?? entry.path, default: []].append(
                    Listing(manifest: place, checksum: entry.checksum, line: entry.line)
                )
            }
        }
    }

    /// The file that a listed path means: the one of that name; before 1.0 the one whose line ends are
    /// percent-encoded; the one of an equivalent name (RFC 8493, section 6.1.1.3).
    private mutating func file(for path: BagPath) -> (path: BagPath, isEquivalent: Bool)? {
        if folder.sizes[path] != nil { return (path, false) }
        if version < .v1_0 {
            let decoded = PathSpelling.withLineEnds(path)
            if folder.sizes[decoded] != nil { return (decoded, false) }
        }
        return equivalents[path.text].map { ($0, true) }
    }
}
