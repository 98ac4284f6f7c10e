// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

extension VerificationRun {
    /// The seal names the lists of files as they are.
    func checkSealFiles() throws(Finding) {
        let seal = try bytes(BundleLayout.seal)
        guard let hashes = Seal.hashes(in: seal, of: BundleLayout.sealed) else {
            throw Finding("\(BundleLayout.seal) does not name the lists of files")
        }
        for (path, want) in zip(BundleLayout.sealed, hashes) {
            let got = Hash(hashing: try bytes(path))
            guard got == want else {
                throw Finding("\(path) is not the sealed one: got \(got), want \(want)")
            }
        }
    }

    /// Both keys signed the seal.
    mutating func checkSealSignatures() throws(Finding) {
        guard
            let key = ExportPublicKey(
                pem: try bytes(BundleLayout.p256Key),
                allowedSigners: try bytes(BundleLayout.allowedSigners)
            )
        else {
            throw Finding("\(BundleLayout.p256Key) and \(BundleLayout.allowedSigners) are no key")
        }
        try require(
            BundleLayout.p256Signature,
            BundleLayout.sshSignature,
            of: BundleLayout.seal,
            by: key
        )
        sealKey = key
    }

    /// The signatures of a file, by both algorithms.
    private func require(
        _ p256: String,
        _ ssh: String,
        of file: String,
        by key: ExportPublicKey
    ) throws(Finding) {
        let signed = try bytes(file)
        guard key.isValid(p256: try bytes(p256), for: signed) else {
            throw Finding("\(p256) is no signature of \(file)")
        }
        let armored = try bytes(ssh)
        let signature: SSHSignature
        do throws(SSHSignatureError) {
            signature = try SSHSignature(parsing: armored)
        } catch {
            throw Finding("\(ssh) is no signature of OpenSSH: \(error)")
        }
        guard key.isValid(ssh: signature, for: signed) else {
            throw Finding("\(ssh) is no signature of \(file)")
        }
    }

    /// What came of the seal until the bundle was closed is as it was then, and nothing is missing.
    mutating func checkClosing() throws(Finding) {
        try require(
            BundleLayout.closingP256Signature,
            BundleLayout.closingSSHSignature,
            of: BundleLayout.closing,
            by: try need(sealKey, from: .sealSignatures)
        )
        guard let closing = Closing(parsing: try bytes(BundleLayout.closing)) else {
            throw Finding("\(BundleLayout.closing) is not a list of what came of the seal")
        }
        let files = try need(files, from: .files)
        let listed = closing.files.hashes
        // Before any is read: nothing is that is no file of the bundle.
        for path in listed.keys.sorted() where files.sizes[path] == nil {
            throw Finding("\(path) is missing")
        }
        let digests = files.digests(of: Array(listed.keys))
        for path in listed.keys.sorted() where digests[path]?.sha256 != listed[path] {
            throw Finding("\(path) is not what it was when the bundle was closed")
        }
        for path in files.sizes.keys.sorted() where Closing.mustName(path) && listed[path] == nil {
            throw Finding("\(path) was added after the bundle was closed")
        }
        closed = Set(listed.keys)
    }

    /// The caller trusts the key that signed.
    func checkSealKey() throws(Finding) -> String? {
        let name = try need(sealKey, from: .sealSignatures).name
        guard !trustedSigners.isEmpty else {
            return """
                no export key was given: compare the fingerprint with the one on the signed \
                certificate
                """
        }
        guard trustedSigners.contains(name.p256) || trustedSigners.contains(name.ed25519) else {
            throw Finding("the bundle is sealed with another key than the given one: got \(name)")
        }
        return nil
    }

    /// What the seal says of the bundle for people follows from it.
    func checkSealText() throws(Finding) {
        let payload = try need(payload, from: .files).hashes.keys
        let sizes = try need(files, from: .files).sizes
        let receipts = try need(receipts, from: .receipts)
        let text = try bytes(BundleLayout.seal)
        let hashes = try need(
            Seal.hashes(in: text, of: BundleLayout.sealed),
            from: .sealFiles
        )
        let export = try need(receipts.last?.receipt, from: .receipts)
        let seal = Seal(
            export: export,
            part: try part(),
            payload: (payload.count, payload.reduce(0) { $0 &+ (sizes[$1] ?? 0) }),
            exhibits: try need(exhibits, from: .items).count,
            submissions: try need(submits, from: .commitments).count,
            disclosed: try need(leaves, from: .leaves).values.reduce(0) { $0 + $1.count },
            key: try need(sealKey, from: .sealSignatures),
            logKey: try need(logKey, from: .trust),
            hashes: Array(zip(BundleLayout.sealed, hashes))
        )
        guard text == seal.bytes else {
            throw Finding("\(BundleLayout.seal) does not say what is in the bundle")
        }
    }
}
