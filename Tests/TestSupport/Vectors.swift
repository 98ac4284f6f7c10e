// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Testing

/// The public test vectors, which live beside the repository and not in it.
///
/// They are looked for in `../shared/vectors`, or where the environment's `SAKSI_VECTORS` says.
/// A suite names the sets it needs and is skipped, with the reason, where one is absent:
///
/// ```swift
/// @Suite(.enabled(if: Vectors.exist("age/testdata"), Vectors.reason))
/// struct AgeVectorTests {
///     @Test(arguments: Vectors.names(in: "age/testdata"))
///     func decrypts(name: String) throws {
///         let bytes = try Vectors.bytes("age/testdata/\(name)")
/// ```
public enum Vectors {
    /// The folder that holds the sets.
    public static let root: URL =
        if let path = ProcessInfo.processInfo.environment["SAKSI_VECTORS"], !path.isEmpty {
            URL(filePath: path, directoryHint: .isDirectory)
        } else {
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "shared/vectors", directoryHint: .isDirectory)
        }

    /// Why a suite was skipped.
    public static let reason: Comment = "the public vectors are not at \(root.path)"

    /// Whether all of these folders or files exist.
    public static func exist(_ paths: String...) -> Bool {
        paths.allSatisfy { FileManager.default.fileExists(atPath: root.appending(path: $0).path) }
    }

    /// A set's folder, or `nil` where it is absent.
    public static func folder(_ path: String) -> URL? {
        exist(path) ? root.appending(path: path, directoryHint: .isDirectory) : nil
    }

    /// The names in a folder, sorted, without hidden ones; none where the folder is absent.
    public static func names(in path: String, suffix: String = "") -> [String] {
        guard let folder = folder(path),
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { return [] }
        return names.filter { !$0.hasPrefix(".") && $0.hasSuffix(suffix) }.sorted()
    }

    /// A file's bytes.
    public static func bytes(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: root.appending(path: path)))
    }

    /// A file's text.
    public static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// A JSON file's content.
    public static func json<Content: Decodable>(
        _ path: String,
        as type: Content.Type = Content.self
    ) throws -> Content {
        try JSONDecoder().decode(type, from: Data(contentsOf: root.appending(path: path)))
    }
}
