// SPDX-License-Identifier: Apache-2.0

import BagIt
import Bulk
import Vault

extension VerificationRun {
    /// Each rule of a bag is kept, every file is listed, and each has a place in a bundle.
    mutating func checkFiles() throws(Finding) {
        let files = try BundleFiles(path)
        self.files = files
        let payload = try manifest(BundleLayout.payloadManifest, in: files)
        let tags = try manifest(BundleLayout.tagManifest, in: files)
        self.payload = payload
        self.tags = tags
        let broken = files.bag.findings.first { !$0.isWarning && !$0.rule.isOfMetadata }
        if let broken { throw Finding(broken) }
        let listed = Set(payload.hashes.keys).union(tags.hashes.keys)
            .union([BundleLayout.tagManifest])
        for path in files.sizes.keys.sorted()
        where !listed.contains(path) && !BundleLayout.isUnsealed(path) {
            throw Finding("\(path) is not listed")
        }
        for path in BundleLayout.ofSeal where files.sizes[path] == nil {
            throw Finding("\(path) is missing")
        }
        let required = [
            BundleLayout.declaration, BundleLayout.info, BundleLayout.payloadManifest,
            BundleLayout.start, BundleLayout.instructions, BundleLayout.page, BundleLayout.logKey,
            BundleLayout.logKeyPEM, BundleLayout.policy, BundleLayout.commitmentRegister,
            BundleLayout.withheldRegister,
        ]
        for path in required where tags.hashes[path] == nil { throw Finding("\(path) is missing") }
        let known = required + [BundleLayout.logKeys, BundleLayout.parts]
        let folders = [
            BundleLayout.stamped, BundleLayout.identities, BundleLayout.receipts,
            BundleLayout.register,
        ]
        for path in tags.hashes.keys.sorted()
        where !known.contains(path) && !folders.contains(where: path.hasPrefix) {
            throw Finding("\(path) has no place in a bundle")
        }
    }

    func checkTags() throws(Finding) {
        _ = try need(tags, from: .files)
        let findings = try need(files, from: .files).bag.check(.tags).findings
        if let first = findings.first { throw Finding(first) }
    }

    /// The step `items` needs the digests also where a file is not the listed one.
    mutating func checkPayload() throws(Finding) {
        _ = try need(payload, from: .files)
        let (found, findings) = try need(files, from: .files).bag.check(.payload)
        digests = Dictionary(
            uniqueKeysWithValues: found.compactMap { path, digests in
                digests[.sha256].flatMap { Hash($0) }
                    .map { (path.text, FileDigest(sha256: $0, size: digests.size)) }
            }
        )
        if let first = findings.first { throw Finding(first) }
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
        let part = try part()
        let want = BundleLayout.infoText(
            caseID: caseID,
            date: date,
            part: part,
            // Sparse files may claim more bytes than can be counted.
            payloadBytes: sizes.reduce(0, &+),
            files: sizes.count
        )
        let day = date.text.prefix(10)
        guard info.utf8.elementsEqual(want.utf8), part?.date.text.hasPrefix(day) != false else {
            throw Finding("\(BundleLayout.info) does not fit the payload")
        }
    }

    /// A manifest in the one form that bundles use.
    private func manifest(_ path: String, in files: BundleFiles) throws(Finding) -> BundleManifest {
        guard let read = files.bag.manifests.first(where: { $0.name.text == path }),
            let manifest = BundleManifest(read), manifest.bytes == (try files.bytes(path))
        else { throw Finding("\(path) is not a list of hashes and plain paths in order") }
        return manifest
    }
}
