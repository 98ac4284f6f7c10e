// SPDX-License-Identifier: Apache-2.0

import Evidence
import Testimony
import Vault

/// What one person asked for when they allowed one class of recipients.
///
/// No export carries it out: which facts and files it is about, people have to see.
public struct ConsentWish: Encodable, Sendable {
    /// The person's pseudonym.
    public let person: String
    /// To whom the evidence may be given.
    public let consentClass: String
    /// What must be hidden from them: of `name`, `photo`, `voice`, `place` and `family`.
    public let hidden: [String]
    /// Further conditions, in words.
    public let conditions: String?

    private enum CodingKeys: String, CodingKey {
        case person, consentClass = "class", hidden, conditions
    }

    /// The wishes in the record of the consent; `nil` where there is no record.
    static func all(in manifest: Manifest) -> [ConsentWish]? {
        manifest.consentRecord?.people.flatMap { person in
            person.permissions.compactMap { allowed in
                guard !allowed.anonymised.isEmpty || allowed.conditions != nil else { return nil }
                return ConsentWish(
                    person: person.pseudonym,
                    consentClass: allowed.consentClass.rawValue,
                    hidden: allowed.anonymised,
                    conditions: allowed.conditions
                )
            }
        }
    }
}

extension Manifest {
    /// Who allowed what; `nil` where nothing is recorded, or what is no record of this form, as another program
    /// may have put it there.
    var consentRecord: ConsentRecord? {
        let leaves = consentFacts.compactMap { fact -> RecordLeaf? in
            guard case .string(let text) = fact.value else { return nil }
            return RecordLeaf(path: fact.path, text: text)
        }
        return leaves.isEmpty ? nil : try? ConsentRecord(leaves: leaves)
    }
}
