// SPDX-License-Identifier: Apache-2.0

public import Bulk
import TransparencyLog
public import Vault
import VerifyPage

/// Writes a bundle: a BagIt 1.0 folder that verifies without this program.
///
/// In this order: each file of ``files``, which the module `Sealing` opens into it; ``writePayload()``,
/// which gives the hash that the logged `export` statement names; ``seal(with:by:)`` with the receipt
/// of that statement; ``add(_:)`` and ``add(_:at:)`` for what came of the seal; ``finish()``, which closes
/// the bundle and gives the folder its name. A writer that is let go before leaves nothing. See <doc:Bundle> and <doc:Seal>.
public final class BundleWriter: ObjectTaker {
    /// The files to be written, in order.
    public let files: [ObjectFile]

    let contents: BundleContents
    let folder: BundleFolder
    /// Smaller files cost more past the page cache than in it, in which larger ones are written twice.
    private static let uncachedSize: UInt64 = 4 << 20
    private(set) var payload = BundleManifest()
    private(set) var payloadBytes: UInt64 = 0
    private var payloadHash: Hash?
    /// What sealed it.
    private var signer: ExportSigner?
    private var closing = Closing()

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
            guard let record = submissions[exhibit.submission]?.record, let path = exhibit.path,
                let content = exhibit.item.file
            else { return nil }
            return ObjectFile(
                path: path,
                // The first object is the manifest, so the items' numbers are places.
                object: record.objects[exhibit.number],
                record: record.hash,
                epoch: record.epoch,
                content: content
            )
        }
        folder = try BundleFolder(path)
    }

    package func begin(_ file: ObjectFile) throws(BundleError) -> BundleFile {
        try folder.create(file.path, isUncached: file.size >= Self.uncachedSize)
    }

    package func finish(_ file: ObjectFile, _ output: BundleFile) throws(BundleError) {
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
            guard exhibit.path.map({ payload.hashes[$0] != nil }) ?? true else {
                throw .missingFile(exhibit.name)
            }
            try addPayload(exhibit.description, at: BundleLayout.itemFile(exhibit.name))
            if let text = exhibit.item.shownText {
                try addPayload(text, at: BundleLayout.shownText(exhibit.name))
            }
        }
        try addPayload(contents.custody.jsonLines, at: BundleLayout.custodyLog)
        try addPayload(contents.custody.table, at: BundleLayout.custodyTable)
        try addPayload(Array(Readme(contents).text.utf8), at: BundleLayout.readme)
        let hash = try folder.write(payload.bytes, to: BundleLayout.payloadManifest)
        payloadHash = hash
        return hash
    }

    /// Writes the tag files, and seals all of it.
    ///
    /// - Parameters:
    ///   - receipt: of the `export` statement that names the payload's manifest and the key.
    ///   - signer: the key.
    /// - Returns: The bytes of `SEAL.txt`.
    /// - Throws: ``BundleError``.
    @discardableResult
    public func seal(
        with receipt: Receipt,
        by signer: ExportSigner
    ) throws(BundleError) -> [UInt8] {
        guard let payloadHash, self.signer == nil else { throw .outOfOrder }
        let act = contents.export(manifest: payloadHash, key: signer.publicKey.name)
        guard receipt.entry.signed.statement.act == .export(act),
            receipt.index > contents.receipts.map(\.index).max() ?? 0
        else { throw .otherExport }
        let tags = try tagFiles(with: receipt, key: signer.publicKey)
        var manifest = BundleManifest()
        manifest.hashes[BundleLayout.payloadManifest] = payloadHash
        for (path, bytes) in tags { manifest.hashes[path] = try folder.write(bytes, to: path) }
        manifest.hashes[BundleLayout.tagManifest] = try folder.write(
            manifest.bytes,
            to: BundleLayout.tagManifest
        )
        let seal = Seal(
            export: receipt,
            part: contents.part,
            payload: (payload.hashes.count, payloadBytes),
            exhibits: contents.exhibits.count,
            submissions: contents.submissions.count,
            disclosed: contents.submissions.reduce(0) { $0 + $1.submission.leaves.count },
            key: signer.publicKey,
            logKey: contents.logKey,
            hashes: BundleLayout.sealed.compactMap { path in
                manifest.hashes[path].map { (path, $0) }
            }
        )
        guard let bytes = seal.bytes, let signatures = try? signer.sign(bytes) else { throw .seal }
        self.signer = signer
        try add(bytes, at: BundleLayout.seal)
        try add(signatures.p256, at: BundleLayout.p256Signature)
        try add(signer.publicKey.pem, at: BundleLayout.p256Key)
        try add(signatures.ssh.armored, at: BundleLayout.sshSignature)
        try add(signer.publicKey.allowedSigners, at: BundleLayout.allowedSigners)
        return bytes
    }

    /// Writes a file that the seal does not name: one that says something of the seal itself.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - path: something in `addenda/`.
    /// - Throws: ``BundleError``.
    public func add(_ bytes: [UInt8], at path: String) throws(BundleError) {
        precondition(BundleLayout.isUnsealed(path), "a file that the seal must name")
        guard signer != nil else { throw .outOfOrder }
        closing.files.hashes[path] = try folder.write(bytes, to: path)
    }

    /// Closes the bundle, once it is sealed: signs the list of what came of the seal, and gives the folder
    /// its name.
    ///
    /// - Throws: ``BundleError``.
    public func finish() throws(BundleError) {
        guard let signer else { throw .outOfOrder }
        guard let signatures = try? signer.sign(closing.bytes) else { throw .seal }
        try folder.write(closing.bytes, to: BundleLayout.closing)
        try folder.write(signatures.p256, to: BundleLayout.closingP256Signature)
        try folder.write(signatures.ssh.armored, to: BundleLayout.closingSSHSignature)
        try folder.finish()
    }

    func addPayload(_ bytes: [UInt8], at path: String) throws(BundleError) {
        payload.hashes[path] = try folder.write(bytes, to: path)
        payloadBytes += UInt64(bytes.count)
    }

    private func tagFiles(
        with export: Receipt,
        key: ExportPublicKey
    ) throws(BundleError) -> [String: [UInt8]] {
        var tags: [String: [UInt8]] = [
            BundleLayout.declaration: Array(BundleLayout.declarationText.utf8),
            BundleLayout.info: Array(
                BundleLayout.infoText(
                    caseID: contents.caseID,
                    date: contents.date,
                    part: contents.part,
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
        var instructions = Instructions(exhibits: contents.exhibits, key: key)
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
        if let part = contents.part, part.number == 1 { tags[BundleLayout.parts] = part.list }
        instructions.part = contents.part
        for stamp in contents.stamps { tags.merge(stamp.files) { first, _ in first } }
        instructions.stamps = contents.stamps
        var shown: [Hash: String] = [:]
        for (name, submission) in contents.submissions {
            tags[BundleLayout.commitments(name)] = submission.commitments.bytes
            if submission.isWhole { tags[BundleLayout.record(name)] = submission.record.bytes }
            for leaf in submission.leaves {
                let path = BundleLayout.leaf(leaf.name, of: name)
                tags[path] = leaf.bytes
                shown[leaf.commitment] = path
            }
            instructions.submissions.append(
                (name, submission.records, isWhole: submission.isWhole)
            )
        }
        tags[BundleLayout.start] = StartPage(contents, export: export).page
        let lists = contents.submissions.map(\.submission.commitments)
        tags[BundleLayout.commitmentRegister] = CommitmentRegister(lists, leaves: shown).bytes
        tags[BundleLayout.withheldRegister] = contents.withheld.bytes
        tags[BundleLayout.instructions] = Array(instructions.text.utf8)
        return tags
    }
}
