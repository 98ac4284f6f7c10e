// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// A file of a bundle, and where it came from.
struct Exhibit: Sendable {
    /// `E0001`, `E0002` and so on.
    let name: String
    /// `S0001`, `S0002` and so on.
    let submission: String
    /// The item's number in its submission, from 1.
    let number: Int
    /// What is shown of it.
    let item: DisclosedItem

    /// Where the bytes lie in the bundle; `nil` where they are withheld.
    ///
    /// A name that is withheld is not in the path either.
    var path: String? {
        guard item.file != nil else { return nil }
        return BundleLayout.original(
            name,
            SafeName.name(for: item.name ?? ItemName([])),
            item.details.derivation?.kind
        )
    }

    /// `item.json`: what is shown of the item, in one line.
    var description: [UInt8] {
        let members: [JSONMember?] = [
            JSONMember("exhibit", name), JSONMember("submission", submission),
            JSONMember("item", .number(UInt64(number))), path.map { JSONMember("path", $0) },
            item.role.map { JSONMember("role", $0.rawValue) },
            item.name.map { JSONMember("name", $0.value) },
            item.type.map { JSONMember("type", $0) },
            item.modified.map { JSONMember("modified", $0.text) },
            item.file.map { JSONMember("size", .number($0.size)) },
            item.file.map { JSONMember("sha256", $0.sha256.hex) },
        ]
        let value = JSONValue.object(members.compactMap(\.self) + item.further)
        return value.bytes + [UInt8(ascii: "\n")]
    }
}
