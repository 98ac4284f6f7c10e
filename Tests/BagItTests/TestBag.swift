// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation

@testable import BagIt

/// A bag in a folder of its own, which is removed with this value.
final class TestBag {
    let path: String
    let version: BagVersion
    let algorithm: DigestAlgorithm

    /// A valid bag of two payload files, with metadata and a tag manifest.
    init(_ version: BagVersion = .v1_0, _ algorithm: DigestAlgorithm = .sha256) throws {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "saksi-bag-\(UUID().uuidString)").path
        self.version = version
        self.algorithm = algorithm
        try write(
            "BagIt-Version: \(version.rawValue)\nTag-File-Character-Encoding: UTF-8\n",
            to: "bagit.txt"
        )
        try write("Payload-Oxum: 10.2\n", to: version.infoName.text)
        try write("alpha\n", to: "data/a.txt")
        try write("βγ", to: "data/b/c.txt")
        try sealPayload()
        try sealTags()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var manifest: String { "manifest-\(algorithm).txt" }
    var tagManifest: String { "tagmanifest-\(algorithm).txt" }
    var info: String { version.infoName.text }

    func report() -> BagReport { BagReport(verifying: path) }

    func bytes(_ file: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: "\(path)/\(file)")))
    }

    func write(_ bytes: some Sequence<UInt8>, to file: String) throws {
        let url = URL(filePath: "\(path)/\(file)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: url)
    }

    func write(_ text: String, to file: String) throws { try write(text.utf8, to: file) }

    /// Writes a file of zeros that takes no space on the disk.
    func writeZeros(_ size: Int, to file: String) throws {
        try write("", to: file)
        let handle = try FileHandle(forWritingTo: URL(filePath: "\(path)/\(file)"))
        try handle.truncate(atOffset: UInt64(size))
        try handle.close()
    }

    func append(_ text: String, to file: String) throws {
        try write(bytes(file) + Array(text.utf8), to: file)
    }

    func replace(_ old: String, by new: String, in file: String) throws {
        let text = String(decoding: try bytes(file), as: UTF8.self)
        try write(text.replacingOccurrences(of: old, with: new, options: .literal), to: file)
    }

    func remove(_ file: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(file)")
    }

    /// The line of a manifest for a file.
    func line(_ file: String, _ algorithm: DigestAlgorithm? = nil) throws -> String {
        guard let digester = Digester(algorithm ?? self.algorithm) else { return "" }
        unsafe try bytes(file).withUnsafeBytes { unsafe digester.update(raw: $0) }
        return "\(Hex.encode(digester.finalize()))  \(file)\n"
    }

    /// Makes the payload manifest anew.
    func sealPayload() throws {
        let found = FileManager.default.enumerator(atPath: "\(path)/data")
        var lines: [String] = []
        while let name = found?.nextObject() as? String {
            if found?.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
                lines.append(try line("data/\(name)"))
            }
        }
        try write(lines.sorted().joined(), to: manifest)
    }

    /// Makes the tag manifest anew, of all files in the bag's folder itself.
    func sealTags() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        let tags = names.filter { $0.hasSuffix(".txt") && !$0.hasPrefix("tagmanifest-") }
        try write(tags.map { try line($0) }.joined(), to: tagManifest)
    }
}
