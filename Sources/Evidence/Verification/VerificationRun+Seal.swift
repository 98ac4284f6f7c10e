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
        let seal = try bytes(BundleLayout.seal)
        guard
            let key = ExportPublicKey(
                pem: try bytes(BundleLayout.p256Key),
                allowedSigners: try bytes(BundleLayout.allowedSigners)
            )
        else {
            throw Finding("\(BundleLayout.p256Key) and \(BundleLayout.allowedSigners) are no key")
        }
        guard key.isValid(p256: try bytes(BundleLayout.p256Signature), for: seal) else {
            throw Finding("\(BundleLayout.p256Signature) is no signature of \(BundleLayout.seal)")
        }
        let path = BundleLayout.sshSignature
        let armored = try bytes(path)
        let signature: SSHSignature
        do throws(SSHSignatureError) {
            signature = try SSHSignature(parsing: armored)
        } catch {
            throw Finding("\(path) is no signature of OpenSSH: \(error)")
        }
        guard key.isValid(ssh: signature, for: seal) else {
            throw Finding("\(path) is no signature of \(BundleLayout.seal)")
        }
        sealKey = key
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
            payload: (payload.count, payload.reduce(0) { $0 + (sizes[$1] ?? 0) }),
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
