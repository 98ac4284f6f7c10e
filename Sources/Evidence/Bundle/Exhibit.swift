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
    /// What the manifest says.
    let item: ManifestItem

    /// Where the bytes lie in the bundle.
    var path: String {
        BundleLayout.original(
            name,
            SafeName.name(for: item.name),
            item.details.derivation?.kind
        )
    }

    /// `item.json`: what is disclosed of the item, in one line.
    var description: [UInt8] {
        let value = JSONValue.object([
            JSONMember("exhibit", name), JSONMember("submission", submission),
            JSONMember("item", .number(UInt64(number))), JSONMember("path", path),
            JSONMember("role", item.role.rawValue), JSONMember("name", item.name.value),
            JSONMember("type", item.type), JSONMember("modified", item.modified.text),
            JSONMember("size", .number(item.size)), JSONMember("sha256", item.sha256.hex),
        ])
        return value.bytes + [UInt8(ascii: "\n")]
    }
}
