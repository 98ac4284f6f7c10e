// SPDX-License-Identifier: Apache-2.0

public import Bulk
import TransparencyLog
public import Vault
import VerifyPage

/// Writes a bundle: a BagIt 1.0 folder that verifies without this program.
///
/// In this order: each file of ``files``, which the module `Sealing` opens into it; ``writePayload()``,
/// which gives the hash that the logged `export` statement names; ``seal(with:)`` with the receipt of
/// that statement. Only then the folder gets its name. A writer that is let go before leaves nothing.
/// See <doc:Bundle>.
public final class BundleWriter {
    /// A file that the bundle will hold.
    public struct File: Sendable {
        /// Where it will lie in the bundle.
        public let path: String
        /// The object that holds its bytes, as the record describes it.
        public let object: ObjectDescription
        /// The SHA-256 of the record.
        public let record: Hash
        /// The epoch that the record was sealed to.
        public let epoch: UInt64
        /// The SHA-256 of its bytes.
        public var sha256: Hash { exhibit.item.sha256 }
        /// Its size in bytes.
        public var size: UInt64 { exhibit.item.size }

        let exhibit: Exhibit
    }

    /// The files to be written, in order.
    public let files: [File]

    let contents: BundleContents
    let folder: BundleFolder
    private var payload = BundleManifest()
    private var payloadBytes: UInt64 = 0
    private var payloadHash: Hash?

    /// Makes sure that a bundle can appear at a path, before anything is done for it.
    ///
    /// - Throws: ``BundleError/exists(path:)`` or ``BundleError/notWritable(errno:)``.
    public static func requireVacant(_ path: String) throws(BundleError) {
        try BundleFolder.requireVacant(path)
    }

    /// Begins a bundle.
    ///
    /// - Parameters:
    ///   - contents: what goes into it.
    ///   - path: where it will appear; nothing may exist there.
    /// - Throws: ``BundleError``.
    public init(_ contents: BundleContents, to path: String) throws(BundleError) {
        for receipt in contents.receipts {
            let actor = receipt.entry.signed.statement.actor
            guard contents.identities[actor] != nil else { throw .missingIdentity(actor) }
            guard ReceiptFiles(receipt, logKey: contents.logKey) != nil else {
                throw .unsignedReceipt(index: receipt.index)
            }
        }
        self.contents = contents
        let submissions = Dictionary(
            uniqueKeysWithValues: contents.submissions.map { ($0.name, $0.submission) }
        )
        files = contents.exhibits.compactMap { exhibit in
            guard let record = submissions[exhibit.submission]?.record else { return nil }
            return File(
                path: exhibit.path,
                // The first object is the manifest, so the items' numbers are places.
                object: record.objects[exhibit.number],
                record: record.hash,
                epoch: record.epoch,
                exhibit: exhibit
            )
        }
        folder = try BundleFolder(path)
    }

    /// Begins one of ``files``: give it its bytes, and finish it.
    ///
    /// The caller holds the bytes to ``File/sha256``: they are not hashed again here.
    package func begin(_ file: File) throws(BundleError) -> BundleFile {
        try folder.create(file.path)
    }

    /// Ends a file, whose bytes are now those that the manifest names.
    package func finish(_ file: File, _ output: BundleFile) throws(BundleError) {
        try output.finish()
        payload.hashes[file.path] = file.sha256
        payloadBytes += file.size
    }

    /// Writes the rest of the payload and its manifest.
    ///
    /// - Returns: The SHA-256 of `manifest-sha256.txt`, which the `export` statement names.
    /// - Throws: ``BundleError``.
    public func writePayload() throws(BundleError) -> Hash {
        for exhibit in contents.exhibits {
            guard payload.hashes[exhibit.path] != nil else { throw .missingFile(exhibit.name) }
            try addPayload(exhibit.description, at: BundleLayout.itemFile(exhibit.name))
        }
        try addPayload(contents.custody.jsonLines, at: BundleLayout.custodyLog)
        try addPayload(contents.custody.table, at: BundleLayout.custodyTable)
        try addPayload(Array(Readme(contents).text.utf8), at: BundleLayout.readme)
        let hash = try folder.write(payload.bytes, to: BundleLayout.payloadManifest)
        payloadHash = hash
        return hash
    }

    /// Writes the tag files and gives the folder its name.
    ///
    /// - Parameter receipt: of the `export` statement that names the payload's manifest.
    /// - Throws: ``BundleError``.
    public func seal(with receipt: Receipt) throws(BundleError) {
        guard let payloadHash else { throw .outOfOrder }
        guard receipt.entry.signed.statement.act == .export(contents.export(manifest: payloadHash)),
            receipt.index > contents.receipts.map(\.index).max() ?? 0
        else { throw .otherExport }
        let tags = try tagFiles(with: receipt)
        var manifest = BundleManifest()
        manifest.hashes[BundleLayout.payloadManifest] = payloadHash
        for (path, bytes) in tags { manifest.hashes[path] = try folder.write(bytes, to: path) }
        try folder.write(manifest.bytes, to: BundleLayout.tagManifest)
        try folder.finish()
    }

    func addPayload(_ bytes: [UInt8], at path: String) throws(BundleError) {
        payload.hashes[path] = try folder.write(bytes, to: path)
        payloadBytes += UInt64(bytes.count)
    }

    private func tagFiles(with export: Receipt) throws(BundleError) -> [String: [UInt8]] {
        var tags: [String: [UInt8]] = [
            BundleLayout.declaration: Array(BundleLayout.declarationText.utf8),
            BundleLayout.info: Array(
                BundleLayout.infoText(
                    caseID: contents.caseID,
                    date: contents.date,
                    payloadBytes: payloadBytes,
                    files: payload.hashes.count
                ).utf8
            ),
            BundleLayout.logKey: Array((contents.logKey.text + "\n").utf8),
            BundleLayout.logKeyPEM: PublicKeyFile.pem(contents.logKey.publicKey),
            BundleLayout.policy: contents.policy,
            BundleLayout.page: VerifyPage.bytes,
        ]
        if !contents.logKeys.handovers.isEmpty {
            tags[BundleLayout.logKeys] = Array(contents.logKeys.text.utf8)
        }
        var instructions = Instructions(exhibits: contents.exhibits)
        for (place, receipt) in (contents.receipts + [export]).enumerated() {
            let statement = receipt.entry.signed.statement
            let stem = BundleLayout.receipt(place + 1, statement.act.name)
            guard let identity = contents.identities[statement.actor] else {
                throw .missingIdentity(statement.actor)
            }
            guard let files = ReceiptFiles(receipt, logKey: contents.logKey) else {
                throw .unsignedReceipt(index: receipt.index)
            }
            for (suffix, bytes) in files.files { tags[stem + suffix] = bytes }
            let name = BundleLayout.identities + statement.actor.hex
            tags[name + ".txt"] = Array(identity.text.utf8)
            tags[name + ".pem"] = PublicKeyFile.pem(identity.signing)
            instructions.receipts.append((stem, statement))
        }
        for stamp in contents.stamps { tags.merge(stamp.files) { first, _ in first } }
        instructions.stamps = contents.stamps
        for (name, submission) in contents.submissions {
            tags[BundleLayout.commitments(name)] = submission.commitments.bytes
            if submission.isWhole { tags[BundleLayout.record(name)] = submission.record.bytes }
            for leaf in submission.leaves {
                tags[BundleLayout.leaf(leaf.name, of: name)] = leaf.bytes
            }
            instructions.submissions.append(
                (name, submission.records, isWhole: submission.isWhole)
            )
        }
        tags[BundleLayout.start] = StartPage(contents, export: export).page
        tags[BundleLayout.instructions] = Array(instructions.text.utf8)
        return tags
    }
}
