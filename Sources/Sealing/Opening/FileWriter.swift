// SPDX-License-Identifier: Apache-2.0

package import Age
import Bulk
package import Evidence

extension ObjectTaker {
    /// Begins one of the files: give it the object's segments, in order, and finish it.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - envelope: The object's age header, as it is stored now.
    ///   - identities: The key of the case's epoch.
    ///   - epoch: The case's epoch now.
    /// - Returns: What takes the segments.
    /// - Throws: ``OpenError``, or `BundleError`.
    package func begin(
        _ file: ObjectFile,
        envelope: [UInt8],
        identities: [any Identity],
        epoch: UInt64
    ) throws -> FileWriter {
        let opener = try ObjectOpener(
            envelope: envelope,
            description: file.object,
            identities: identities,
            isRewrapped: file.epoch < epoch,
            sha256: file.sha256,
            size: file.size,
            checksSegments: false
        )
        return FileWriter(file: file, opener: opener, output: try begin(file))
    }

    /// Ends a file, whose bytes are now those that its leaf tells of.
    ///
    /// - Throws: ``OpenError``, or `BundleError`.
    package func finish(_ writer: consuming FileWriter) throws {
        let (file, output) = (writer.file, writer.output)
        try writer.opener.finish()
        try finish(file, output)
    }
}

/// A file of a bundle, or of a supplement to one, while its object is opened.
public struct FileWriter: ~Copyable {
    fileprivate let file: ObjectFile
    fileprivate var opener: ObjectOpener
    fileprivate let output: BundleFile

    fileprivate init(
        file: ObjectFile,
        opener: consuming ObjectOpener,
        output: BundleFile
    ) {
        self.file = file
        self.opener = opener
        self.output = output
    }

    /// Takes the object's next segment, which is overwritten.
    ///
    /// - Throws: ``OpenError``, or `BundleError`.
    public mutating func add(_ segment: UnsafeMutableRawBufferPointer) throws {
        let output = output
        try unsafe opener.open(segment) { try unsafe output.write($0) }
    }
}
