// SPDX-License-Identifier: Apache-2.0

// What makes a bag complete (RFC 8493, section 3).

extension Bag {
    mutating func checkCompleteness() {
        checkListed()
        checkPayload()
        checkTags()
    }

    /// Every listed file is there.
    private mutating func checkListed() {
        let fetched = Dictionary(
            (fetch?.entries ?? []).map { ($0.path, $0.line) },
            uniquingKeysWith: { first, _ in first }
        )
        for (path, listings) in listed.filter({ folder.sizes[$0.key] == nil })
            .sorted(by: { $0.key < $1.key })
        {
            let first = listings[0]
            let list = manifests[first.manifest].name
            let detail: String
            if folder.folders.contains(path) {
                detail = "it is listed and is a folder"
            } else if let line = fetched[path] {
                detail = "it is still to be fetched: fetch.txt, line \(line)"
            } else {
                detail = "it is missing: \(list), line \(first.line)"
            }
            report(.absent, in: path, of: list, detail)
        }
    }

    /// Since 1.0 every payload file is in every payload manifest; before, in one of them.
    private mutating func checkPayload() {
        let wanted = places(isPayload: true)
        let unlisted = folder.sizes.keys.filter { $0.isPayload && isUnlisted($0, in: wanted) }
        for path in unlisted.sorted() {
            report(.unlisted, in: path, "it is not listed in \(names(missing(path, in: wanted)))")
        }
    }

    /// Since 1.0 every tag manifest lists every payload manifest and no tag manifest, and should list
    /// all the rest.
    private mutating func checkTags() {
        guard version == .v1_0 else { return }
        let wanted = places(isPayload: false)
        for path in folder.sizes.keys.filter({ !$0.isPayload }).sorted() {
            let kind = BagManifest.kind(of: path)
            if let kind, !kind.isPayload {
                for listing in listed[path] ?? [] {
                    let name = manifests[listing.manifest].name
                    let detail = "a tag manifest must not list \(path), which is one too"
                    report(.path, in: name, line: listing.line, detail)
                }
                continue
            }
            for place in missing(path, in: wanted) {
                let isManifest = kind != nil
                report(
                    isManifest ? .manifests : .tags,
                    warning: !isManifest,
                    in: manifests[place].name,
                    "it does not list \(path)"
                )
            }
        }
    }

    mutating func checkFetch() {
        let wanted = places(isPayload: true)
        for entry in fetch?.entries ?? [] {
            if isUnlisted(entry.path, in: wanted) {
                let detail =
                    "\(entry.path) is not listed in \(names(missing(entry.path, in: wanted)))"
                report(.fetchListed, in: FetchList.name, line: entry.line, detail)
            }
            if let size = folder.sizes[entry.path], let length = entry.length, size != length {
                let detail = "\(entry.path) has \(size) bytes, not \(length)"
                report(.fetchLength, warning: true, in: FetchList.name, line: entry.line, detail)
            }
        }
    }

    /// Whether one of the manifests, or before 1.0 all of them, do not list a file.
    private func isUnlisted(_ path: BagPath, in places: [Int]) -> Bool {
        let missing = missing(path, in: places)
        return !missing.isEmpty && (version == .v1_0 || missing.count == places.count)
    }

    /// Those of some manifests that do not list a file.
    private func missing(_ path: BagPath, in places: [Int]) -> [Int] {
        let listings = listed[path] ?? []
        return places.filter { place in !listings.contains { $0.manifest == place } }
    }

    private func names(_ places: [Int]) -> String {
        places.map { manifests[$0].name.text }.joined(separator: ", ")
    }
}
