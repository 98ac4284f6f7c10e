// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Sealing
import Secrets
import Vault

extension FuzzTarget {
    private static func manifest() throws -> Manifest {
        let job = JobSecret(random: FixedEntropy())
        let created = UTCTime(seconds: 1_795_240_242)
        let names = ["voice.ogg".utf8.map { $0 }, [0xff, 0x2f], Array("សាក្សី\"\\".utf8)]
        return try Manifest(
            caseID: caseID(),
            epoch: 1,
            created: created,
            consent: [.un, .court],
            items: names.enumerated().map { place, name in
                ManifestItem(
                    object: job.objectID(place + 1),
                    sha256: Hash(hashing: name),
                    size: UInt64(place),
                    name: ItemName(name),
                    type: "text/plain",
                    modified: created,
                    role: place == 0 ? .testimony : .file
                )
            },
            secrets: job
        )
    }

    private static func caseID() throws -> CaseID {
        guard let id = CaseID([UInt8](repeating: 7, count: CaseID.size)) else {
            preconditionFailure("a case id has \(CaseID.size) bytes")
        }
        return id
    }

    static let evidence: [FuzzTarget] = [
        .bytes("evidence-leaf", seeds: { try manifest().leaves.map(\.bytes) }) {
            try Leaf(parsing: $0).bytes
        },
        .bytes("evidence-manifest", seeds: { [try manifest().bytes] }) {
            try Manifest(parsing: $0).bytes
        },
        // The input is sealed, so that the text inside of the age file is reached.
        FuzzTarget(
            "evidence-keyring",
            seeds: {
                let head = "saksi/v1 keyring\ncase: \(try caseID().hex)\nname: a case\nepoch: 1 "
                return [Array(head.utf8) + FuzzKeys.texts[0] + [0x0a]]
            },
            run: { input in
                let file = FuzzKeys.file(input, header: try header.get())
                let keyring = try Keyring(opening: file, with: FuzzKeys.all)
                precondition(keyring.epochs.count == keyring.identities.count)
            }
        ),
    ]
}
