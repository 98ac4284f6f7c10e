// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import Vault

/// A file that is written from an object.
public struct ObjectFile: Sendable {
    /// Where it will lie in its folder.
    public let path: String
    /// The object that holds its bytes, as the record describes it.
    public let object: ObjectDescription
    /// The SHA-256 of the record.
    public let record: Hash
    /// The epoch that the record was sealed to.
    public let epoch: UInt64
    /// The SHA-256 of its bytes.
    public var sha256: Hash { content.sha256 }
    /// Its size in bytes.
    public var size: UInt64 { content.size }

    /// What the leaf tells of the bytes.
    let content: DisclosedItem.File
}

/// What takes the contents of objects: a bundle, or a supplement to one.
package protocol ObjectTaker {
    /// The files to be written, in order.
    var files: [ObjectFile] { get }

    /// Begins one of ``files``: give it its bytes, and finish it.
    ///
    /// The caller holds the bytes to ``ObjectFile/sha256``: they are not hashed again here.
    func begin(_ file: ObjectFile) throws(BundleError) -> BundleFile

    /// Ends a file, whose bytes are now those that its leaf tells of.
    func finish(_ file: ObjectFile, _ output: BundleFile) throws(BundleError)
}
