// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

extension VerificationRun {
    /// The log's key is in its form, and one that the caller trusts.
    mutating func checkTrust() throws(Finding) -> String? {
        let line = String(decoding: try bytes(BundleLayout.logKey), as: UTF8.self)
        guard line.hasSuffix("\n"), let key = try? VerifierKey(parsing: String(line.dropLast())),
            key.algorithm == .ed25519
        else { throw Finding("\(BundleLayout.logKey) is not an Ed25519 verifier key") }
        guard try bytes(BundleLayout.logKeyPEM) == PublicKeyFile.pem(key.publicKey) else {
            throw Finding("\(BundleLayout.logKeyPEM) is not the log's key")
        }
        let own: TrustPolicy
        do {
            own = try TrustPolicy(parsing: try bytes(BundleLayout.policy))
        } catch let error as TrustPolicyError {
            throw Finding("\(BundleLayout.policy): \(error)")
        } catch {
            throw Finding("\(BundleLayout.policy) cannot be read")
        }
        guard own.logs.contains(where: { $0.key == key }) else {
            throw Finding("\(BundleLayout.policy) is for another log")
        }
        let history = try logKeyHistory(to: key)
        logKey = key
        guard let trusted else {
            policy = TrustPolicy(
                logs: history.keys.logs,
                witnesses: own.witnesses,
                quorum: own.quorum
            )
            return """
                no log key was given: the bundle's own key is used, and a key that only the bundle \
                tells proves nothing alone; compare it with the one that the vault publishes
                """
        }
        // Whoever trusts an older key trusts what it signed: the one after it.
        let terms = history.keys.terms
        guard
            let known = terms.firstIndex(where: { term in
                trusted.logs.contains { $0.key == term.key }
            })
        else {
            policy = trusted
            throw Finding("the log's key is not the given one: got \(key)")
        }
        policy = TrustPolicy(
            logs: Array(history.keys.logs[known...]),
            witnesses: trusted.witnesses,
            quorum: trusted.quorum
        )
        return nil
    }

    /// How the log's key changed hands up to the one in force; that key alone in a bundle that does not
    /// say so.
    private func logKeyHistory(to key: VerifierKey) throws(Finding) -> LogKeyHistory {
        guard try need(tags, from: .files).hashes[BundleLayout.logKeys] != nil else {
            return LogKeyHistory(key)
        }
        let text = String(decoding: try bytes(BundleLayout.logKeys), as: UTF8.self)
        guard let history = try? LogKeyHistory(parsing: text) else {
            throw Finding("\(BundleLayout.logKeys): a key did not sign for the one after it")
        }
        guard history.keys.current == key else {
            throw Finding("\(BundleLayout.logKeys) does not lead to \(BundleLayout.logKey)")
        }
        return history
    }

    mutating func checkIdentities() throws(Finding) {
        var identities: [Fingerprint: IdentityRecord] = [:]
        let paths = try paths(under: BundleLayout.identities)
        for path in paths where path.hasSuffix(".txt") {
            let stem = path.dropLast(4)
            let text = String(decoding: try bytes(path), as: UTF8.self)
            guard let record = try? IdentityRecord(parsing: text),
                stem == BundleLayout.identities + record.fingerprint.hex
            else { throw Finding("\(path) is not the identity record of that fingerprint") }
            guard try bytes("\(stem).pem") == PublicKeyFile.pem(record.signing) else {
                throw Finding("\(stem).pem is not the key of the identity record")
            }
            identities[record.fingerprint] = record
        }
        guard paths.count == 2 * identities.count else {
            throw Finding("there is a file in identities/ that belongs to no record")
        }
        self.identities = identities
    }

    /// Each receipt's files are those that follow from its proof; their numbers follow the log.
    mutating func checkReceipts() throws(Finding) {
        let key = try need(logKey, from: .trust)
        var receipts: [(stem: String, receipt: Receipt)] = []
        var expected: Set<String> = []
        let paths = try paths(under: BundleLayout.receipts)
        let proofs = paths.filter { $0.hasSuffix(ReceiptFiles.proof) }
        for path in proofs.sorted(by: BundleLayout.isReceipt(_:before:)) {
            let receipt: Receipt
            do {
                receipt = try Receipt(parsing: try bytes(path))
            } catch {
                throw Finding("\(path): \((error as? Finding)?.text ?? "\(error)")")
            }
            let stem = BundleLayout.receipt(
                receipts.count + 1,
                receipt.entry.signed.statement.act.name
            )
            guard path == stem + ReceiptFiles.proof else {
                throw Finding("\(path) should be \(stem)\(ReceiptFiles.proof)")
            }
            guard let files = ReceiptFiles(receipt, logKey: key) else {
                throw Finding("\(path) lacks the signature of its actor or of the log")
            }
            for (suffix, want) in files.files {
                guard try bytes(stem + suffix) == want else {
                    throw Finding("\(stem)\(suffix) is not what \(path) holds")
                }
                expected.insert(stem + suffix)
            }
            if let last = receipts.last?.receipt {
                guard last.index < receipt.index, last.entry.accepted <= receipt.entry.accepted
                else { throw Finding("\(path) comes before the entry that it follows") }
            }
            receipts.append((stem, receipt))
        }
        for path in paths where !expected.contains(path) {
            throw Finding("\(path) belongs to no receipt")
        }
        guard !receipts.isEmpty else { throw Finding("there is no receipt") }
        self.receipts = receipts
    }

    func checkSignatures() throws(Finding) {
        let identities = try need(identities, from: .identities)
        let receipts = try need(receipts, from: .receipts)
        for (stem, receipt) in receipts {
            let signed = receipt.entry.signed
            guard let record = identities[signed.statement.actor] else {
                throw Finding("\(stem): there is no identity record of its actor")
            }
            do {
                _ = try signed.note.verified(by: [record.verifierKey])
            } catch {
                throw Finding("\(stem): \(error)")
            }
        }
        let actors = Set(receipts.map(\.receipt.entry.signed.statement.actor))
        for fingerprint in identities.keys.sorted() where !actors.contains(fingerprint) {
            throw Finding("identities/\(fingerprint).txt signed nothing here")
        }
    }

    /// Each entry is in a signed tree, and no two trees of one size differ.
    func checkInclusion() throws(Finding) {
        let policy = try need(policy, from: .trust)
        var roots: [UInt64: Hash] = [:]
        for (stem, receipt) in try need(receipts, from: .receipts) {
            let checkpoint: Checkpoint
            do {
                checkpoint = try receipt.verify(by: policy).checkpoint
            } catch {
                throw Finding("\(stem): \(error)")
            }
            let root = roots[checkpoint.size] ?? checkpoint.root
            guard root == checkpoint.root else {
                throw Finding("\(stem): the log signed two trees of size \(checkpoint.size)")
            }
            roots[checkpoint.size] = root
        }
    }
}
