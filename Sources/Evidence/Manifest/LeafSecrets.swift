// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// What keeps the facts of a manifest unguessable: a secret of its submission.
///
/// The same secret gives the same values, so that a submission which is resumed makes the same bytes.
public protocol LeafSecrets: ~Copyable {
    /// The salt of a leaf, 32 bytes that nobody else can compute.
    func salt(of leaf: String) -> [UInt8]

    /// A commitment to nothing, which only fills the list; they count from 0.
    func decoy(_ number: Int) -> Hash
}
