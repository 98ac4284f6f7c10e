// SPDX-License-Identifier: Apache-2.0

import BagIt
import Bulk
public import Vault

/// A bundle that was exported: what a supplement to it must fit.
///
/// What it says is not verified; a supplement that fits a changed bundle fits no other.
public struct ExportedBundle: Sendable {
    /// The act that exported it.
    public let export: Export
    /// The commitments of which it does not show the leaf.
    let withheld: Set<Hash>

    /// Reads what is needed of a bundle.
    ///
    /// - Parameter path: the bundle's folder.
    /// - Throws: ``BundleError/notBundle(path:)``.
    public init(at path: String) throws(BundleError) {
        let folder = BagFolder(path)
        let proofs = folder.sizes.keys.map(\.text).filter {
            $0.hasPrefix(BundleLayout.receipts) && $0.hasSuffix(ReceiptFiles.proof)
        }
        guard let list = try? folder.bytes(BagPath(BundleLayout.commitmentRegister)),
            let last = proofs.max(by: BundleLayout.isReceipt(_:before:)),
            let proof = try? folder.bytes(BagPath(last)),
            let receipt = try? Receipt(parsing: proof),
            case .export(let export) = receipt.entry.signed.statement.act
        else { throw .notBundle(path: path) }
        var withheld: Set<Hash> = []
        for line in String(decoding: list, as: UTF8.self).split(separator: "\n") {
            guard let commitment = Hash(hex: String(line.prefix(64))) else {
                throw .notBundle(path: path)
            }
            if line.hasSuffix("  " + CommitmentRegister.withheld(commitment)) {
                withheld.insert(commitment)
            }
        }
        self.export = export
        self.withheld = withheld
    }
}
