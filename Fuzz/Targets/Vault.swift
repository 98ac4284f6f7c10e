// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

// The golden files of the tests are the seeds.
extension FuzzTarget {
    static let vault: [FuzzTarget] = [
        .text("vault-time", seeds: { ["2026-11-21T05:50:42Z"] }) { UTCTime($0)?.text },
        .text("vault-id") { CaseID(hex: $0)?.hex },
        .text(
            "vault-fingerprint",
            seeds: {
                let fingerprint = Fingerprint(hex: String(repeating: "0123456789abcdef", count: 4))
                return fingerprint.map { [$0.hex, $0.grouped, $0.words] } ?? []
            },
            { text in
                guard let fingerprint = Fingerprint(parsing: text) else { return nil }
                for form in [fingerprint.hex, fingerprint.grouped, fingerprint.words] {
                    precondition(Fingerprint(parsing: form) == fingerprint, "a form is not read")
                }
                return Fingerprint(hex: text)?.hex
            }
        ),
        .text("vault-identity-record") { try IdentityRecord(parsing: $0).text },
        .text("vault-statement") { try Statement(parsing: $0).text },
        .bytes("vault-signed-statement") { try SignedStatement(parsing: $0).note.bytes },
        .bytes("vault-entry") { try Entry(parsing: $0).bytes },
        .bytes("vault-record") { try SubmissionRecord(parsing: $0).bytes },
        .bytes("vault-rewrap-pack") {
            let pack = try RewrapPack(parsing: $0)
            var writer = RewrapPack.Writer(caseID: pack.caseID, epoch: pack.epoch)
            for place in pack.places {
                _ = writer.add(place.object, place.range.map { Array(pack.bytes[$0]) })
            }
            return writer.finish() ?? []
        },
        .bytes("vault-commitments") { try CommitmentList(parsing: $0).bytes },
        .text("vault-invitation") { try Invitation(parsing: $0).text },
        .text("vault-welcome") { try Welcome(parsing: $0).text },
        .text("vault-key-request") { try KeyRequest(parsing: $0).text },
        .bytes("vault-rejection") { try Rejection(parsing: $0).note.bytes },
        .text("vault-signed-head") { try SignedHead(parsing: $0).line },
        .text("vault-frozen-head") { try FrozenHead(parsing: $0).card },
        .text("vault-card") { try VaultCard(parsing: $0).text },
        .text("vault-log-handover") { try LogHandover(parsing: $0).card },
        .text("vault-log-keys") { try LogKeyHistory(parsing: $0).text },
        .bytes("vault-receipt") { try Receipt(parsing: $0).bytes },
        .bytes("vault-state") { try VaultState(parsing: $0).bytes },
        .text(
            "vault-request-signature",
            seeds: {
                let target = RequestTarget(method: "GET", path: "/v1/limits")
                let keyID = Fingerprint(hex: String(repeating: "ab", count: 32))
                guard let target, let keyID else { return [] }
                let signature = RequestSignature(
                    of: target,
                    created: UTCTime(seconds: 1_795_240_242),
                    nonce: [UInt8](repeating: 7, count: RequestSignature.nonceSize),
                    keyID: keyID
                ) { _ in [UInt8](repeating: 9, count: 64) }
                return [signature.inputField + "\n" + signature.signatureField]
            },
            { text in
                let fields = text.split(
                    separator: "\n",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                ).map(String.init)
                guard fields.count == 2 else { return nil }
                return RequestSignature(inputField: fields[0], signatureField: fields[1])
                    .map { $0.inputField + "\n" + $0.signatureField }
            }
        ),
    ]
}
