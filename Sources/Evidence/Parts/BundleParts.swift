// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The folder of the parts of one export, which appears when all of them are whole.
public final class BundleParts {
    private let folder: BundleFolder

    /// Begins the folder.
    ///
    /// - Parameter path: where it will appear; nothing may exist there.
    /// - Throws: ``BundleError``.
    public init(at path: String) throws(BundleError) { folder = try BundleFolder(path) }

    /// Where a ``BundleWriter`` makes a part.
    ///
    /// - Parameter number: from 1 on.
    /// - Returns: The path.
    public func location(ofPart number: Int) -> String {
        folder.location(of: BundlePart.folder(number))
    }

    /// What lies in a folder of parts, sorted.
    ///
    /// - Parameter path: a folder.
    /// - Returns: `nil` for what is no such folder: one without a part 1, or a bundle.
    public static func names(in path: String) -> [String]? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        guard let names, names.contains(BundlePart.folder(1)),
            !names.contains(BundleLayout.declaration)
        else { return nil }
        return names.sorted()
    }

    /// Gives the folder its name.
    ///
    /// - Throws: ``BundleError``.
    public func finish() throws(BundleError) { try folder.finish() }
}
