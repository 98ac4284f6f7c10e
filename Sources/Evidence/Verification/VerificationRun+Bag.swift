// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

extension VerificationRun {
    /// Every file is listed in one of the manifests, and every listed file is there.
    mutating func checkFiles() throws(Finding) {
        let files = try BundleFiles(path)
        self.files = files
        let payload = try manifest(BundleLayout.payloadManifest, in: files)
        let tags = try manifest(BundleLayout.tagManifest, in: files)
        self.payload = payload
        self.tags = tags
        for path in payload.hashes.keys.sorted() where !path.hasPrefix(BundleLayout.payload) {
            throw Finding("\(path) is listed as payload and lies outside of data/")
        }
        for path in tags.hashes.keys.sorted()
        where path.hasPrefix(BundleLayout.payload) || path == BundleLayout.tagManifest {
            throw Finding("\(path) is listed as a tag file")
        }
        let listed = Set(payload.hashes.keys).union(tags.hashes.keys)
            .union([BundleLayout.tagManifest])
        for path in files.sizes.keys.sorted() where !listed.contains(path) {
            throw Finding("\(path) is not listed")
        }
        for path in listed.sorted() where files.sizes[path] == nil {
            throw Finding("\(path) is missing")
        }
        let required = [
            BundleLayout.declaration, BundleLayout.info, BundleLayout.payloadManifest,
            BundleLayout.instructions, BundleLayout.logKey, BundleLayout.logKeyPEM,
            BundleLayout.policy,
        ]
        for path in required where tags.hashes[path] == nil { throw Finding("\(path) is missing") }
        let known = required + [BundleLayout.logKeys]
        let folders = [BundleLayout.identities, BundleLayout.receipts, BundleLayout.register]
        for path in tags.hashes.keys.sorted()
        where !known.contains(path) && !folders.contains(where: path.hasPrefix) {
            throw Finding("\(path) has no place in a bundle")
        }
    }

    func checkTags() throws(Finding) {
        try check(need(tags, from: .files)).outcome.get()
    }

    /// The step `items` needs the digests also where a file is not the listed one.
    mutating func checkPayload() throws(Finding) {
        let (digests, outcome) = try check(need(payload, from: .files))
        self.digests = digests
        try outcome.get()
    }

    /// `bagit.txt` and `bag-info.txt` are what a writer makes from what they say.
    func checkForm() throws(Finding) {
        guard try bytes(BundleLayout.declaration) == Array(BundleLayout.declarationText.utf8) else {
            throw Finding("\(BundleLayout.declaration) does not declare BagIt 1.0 and UTF-8")
        }
        let info = String(decoding: try bytes(BundleLayout.info), as: UTF8.self)
        func value(_ label: String) -> Substring {
            info.split(separator: "\n").first { $0.hasPrefix(label + ": ") }?
                .dropFirst(label.count + 2) ?? ""
        }
        let files = try need(files, from: .files)
        let sizes = try need(payload, from: .files).hashes.keys.compactMap { files.sizes[$0] }
        guard let date = UTCTime("\(value("Bagging-Date"))T00:00:00Z"),
            let caseID = CaseID(hex: value("External-Identifier"))
        else { throw Finding("\(BundleLayout.info) lacks its date or its case") }
        let want = BundleLayout.infoText(
            caseID: caseID,
            date: date,
            payloadBytes: sizes.reduce(0, +),
            files: sizes.count
        )
        guard info.utf8.elementsEqual(want.utf8) else {
            throw Finding("\(BundleLayout.info) does not fit the payload")
        }
    }

    private func manifest(_ path: String, in files: BundleFiles) throws(Finding) -> BagManifest {
        guard let manifest = BagManifest(parsing: try files.bytes(path)) else {
            throw Finding("\(path) is not a list of hashes and plain paths in order")
        }
        return manifest
    }

    /// Reads every listed file, and finds the first that is not what the list says.
    private func check(
        _ manifest: BagManifest
    ) throws(Finding) -> (digests: [String: FileDigest], outcome: Result<Void, Finding>) {
        let files = try need(files, from: .files)
        var digests: [String: FileDigest] = [:]
        var first: Finding?
        for (path, hash) in manifest.hashes.sorted(by: { $0.key < $1.key }) {
            do throws(Finding) {
                let digest = try files.digest(path)
                digests[path] = digest
                guard digest.sha256 == hash else {
                    throw Finding("\(path): got \(digest.sha256), want \(hash)")
                }
            } catch {
                first = first ?? error
            }
        }
        return (digests, first.map { .failure($0) } ?? .success(()))
    }
}
