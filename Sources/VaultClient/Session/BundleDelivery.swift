// SPDX-License-Identifier: Apache-2.0

public import Age
import BagIt
import Bulk
import Evidence
import Foundation
import Secrets
import Zip

/// A bundle on its way to whom it is for: one ZIP archive, sealed with age.
///
/// This is transport: it keeps others from reading the bundle, and proves nothing about it. The archive holds
/// the folder, with what lies in `addenda/`, and the same folder gives the same one. It is written as it is
/// read, so that nothing but the sealed file comes onto the disk.
public struct BundleDelivery {
    /// Where the sealed file appears: beside the bundle, or the folder of all parts.
    public let path: String
    private let folder: String
    /// Of the folder, in the archive.
    private let name: String

    private init(of folder: String, named name: String, to path: String) {
        self.folder = folder
        self.name = name
        self.path = path
    }

    /// One bundle, or each of the parts of an export: their archives together make the folder of all again.
    ///
    /// - Parameter bundle: the bundle's folder, or that of all parts.
    /// - Returns: At least one.
    public static func all(of bundle: String) -> [BundleDelivery] {
        let url = URL(filePath: bundle).standardizedFileURL
        var folder = url.path
        while folder.utf8.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        let name = url.lastPathComponent
        guard let parts = BundleParts.names(in: folder) else {
            return [BundleDelivery(of: folder, named: name, to: folder + suffix)]
        }
        return parts.map {
            BundleDelivery(
                of: "\(folder)/\($0)",
                named: "\(name)/\($0)",
                to: "\(folder)-\($0)\(suffix)"
            )
        }
    }

    private static let suffix = ".zip.age"

    /// Makes sure that the sealed file can appear, before anything is done for it.
    ///
    /// - Throws: ``BundleError/exists(path:)`` or ``BundleError/notWritable(errno:)``.
    public func requireVacant() throws { try BundleWriter.requireVacant(path) }

    /// Writes the sealed file, whole or not at all; nothing is overwritten.
    ///
    /// - Parameters:
    ///   - recipients: who can open it.
    ///   - progress: is told the bytes of the archive that were sealed, of all those of the files.
    /// - Returns: What to tell the recipient.
    /// - Throws: ``ClientError`` where the folder holds anything but files; what reading and writing throw.
    public func write(
        to recipients: Recipients,
        progress: @escaping (UInt64, UInt64) -> Void = { _, _ in }
    ) throws -> DeliveredBundle {
        try requireVacant()
        let files = BagFolder(folder)
        if let odd = files.findings.first {
            throw ClientError(.failed, "\"\(folder)\" is no bundle: \(odd)")
        }
        let entries = files.sizes.keys.map(\.text)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .map {
                ZipArchive.Entry(
                    name: "\(name)/\($0)",
                    path: "\(folder)/\($0)"
                )
            }
        var archive = WatchedSource(
            base: ZipArchive(entries),
            total: files.sizes.values.reduce(0, +),
            progress: progress
        )
        let entropy = SystemEntropy()
        let fileKey = FileKey(random: entropy)
        let header = try Header(wrapping: fileKey, for: recipients, entropy: entropy)
        let file = try OutputFile(path: path, replaces: false, mode: 0o600, takesStreams: false)
        var sink = HashingSink(file.writer)
        try AgeStream.seal(
            from: &archive,
            to: &sink,
            header: header,
            fileKey: fileKey,
            nonce: entropy.bytes(PayloadLayout.nonceSize)
        )
        try file.commit()
        return DeliveredBundle(file: path, size: sink.size, sha256: sink.finalize().hex)
    }
}

/// A source that says how much of it was read, and ends where its task is cancelled.
private struct WatchedSource<Base: ByteSource>: ByteSource {
    var base: Base
    let total: UInt64
    let progress: (UInt64, UInt64) -> Void
    private var done: UInt64 = 0

    init(base: Base, total: UInt64, progress: @escaping (UInt64, UInt64) -> Void) {
        self.base = base
        self.total = total
        self.progress = progress
    }

    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try Task.checkCancellation()
        let count = try unsafe base.fill(buffer)
        done += UInt64(count)
        progress(min(done, total), total)
        return count
    }
}

/// A bundle that was sealed to whom it is for.
public struct DeliveredBundle: Encodable, Sendable {
    /// The sealed file.
    public let file: String
    /// In bytes.
    public let size: UInt64
    /// SHA-256 of the sealed file, for the cover letter.
    public let sha256: String
}
