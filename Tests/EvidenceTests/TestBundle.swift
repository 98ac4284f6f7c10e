// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Timestamp
import TransparencyLog
import Vault

@testable import Evidence

/// A bundle in a folder of its own, which is removed with this value.
///
/// Whatever touches the folder is a method: a path that outlived the value would lead nowhere.
struct TestBundle {
    let policy: TrustPolicy
    let test: TestCase
    private let folder: Folder
    private var path: String { folder.path + "/bundle" }

    /// A bundle of the whole case, made once and copied for each test.
    static func whole() async throws -> TestBundle {
        let made = try await exported.value
        return try TestBundle(test: made.test) { path in
            for (file, bytes) in made.files { try write(bytes, to: "\(path)/\(file)") }
        }
    }

    /// A bundle of some items, without what is withheld.
    static func partial(
        items: [Set<Int>?] = [nil, nil],
        withholding: [Withholding] = [],
        paragraphs: [String] = [],
        details: (Int, Int, TestCase) -> ItemDetails = { _, _, _ in ItemDetails() }
    ) async throws -> TestBundle {
        var test = try await TestCase(paragraphs: paragraphs, details: details)
        return try TestBundle(test: test) {
            try test.export(to: $0, items: items, withholding: withholding)
        }
    }

    /// A bundle of the whole case whose log and seal an authority stamped.
    static func stamped(by authority: TestAuthority) async throws -> TestBundle {
        var test = try await TestCase()
        return try TestBundle(test: test) { try test.export(to: $0, stampedBy: authority) }
    }

    private static let exported = Task {
        let bundle = try await TestBundle.partial(items: [nil, nil])
        let files = try bundle.listing().map { ($0, try bundle.bytes($0)) }
        return (files: files, test: bundle.test)
    }

    private init(test: TestCase, make: (String) throws -> Void) throws {
        folder = try Folder()
        self.test = test
        policy = test.log.policy
        try make(folder.path + "/bundle")
    }

    func listing() throws -> [String] { try BundleFiles(path).sizes.keys.sorted() }

    func bytes(_ file: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: "\(path)/\(file)")))
    }

    func text(_ file: String) throws -> String { String(decoding: try bytes(file), as: UTF8.self) }

    func report(
        trusting policy: TrustPolicy? = nil,
        stampedUnder roots: CertificateFile? = nil,
        isSealKeyGiven: Bool = false
    ) -> VerificationReport {
        BundleVerifier(path).report(
            trusting: policy,
            stampedUnder: roots,
            sealedBy: isSealKeyGiven ? [TestCase.signer.publicKey.name.p256] : []
        )
    }

    func run(_ program: String, _ arguments: String...) throws -> Run {
        try Run(program, arguments, in: path)
    }

    /// What VERIFY.txt tells a person to run.
    func followInstructions() throws -> Run {
        try run("sh", "-c", "grep '^    ' VERIFY.txt | sh -eu && echo ALL STEPS PASSED")
    }

    /// Changes the bundle for good.
    func change(_ change: (String) throws -> Void) throws { try change(path) }

    /// The steps that fail after a change to a copy.
    ///
    /// - Parameter coveredUp: whether both lists of checksums, the sizes in bag-info.txt and the seal are
    ///   made anew, as somebody would who wants the change to pass and has the export key.
    func failures(
        coveredUp: Bool = false,
        after change: (String) throws -> Void
    ) throws -> [String] {
        let copy = folder.path + "/copy"
        // Links are enough, since a change writes a new file.
        for file in try listing() {
            try Self.makeFolder(for: "\(copy)/\(file)")
            guard unsafe link("\(path)/\(file)", "\(copy)/\(file)") == 0 else {
                throw POSIXError(.EIO)
            }
        }
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try change(copy)
        if coveredUp { try Mutation.coverUp(copy) }
        return BundleVerifier(copy).report(trusting: policy).failures
    }

    /// Removes the last exhibit, and the leaves that tell of it.
    func deleteLastExhibit(of copy: String) throws {
        try Mutation.delete("\(copy)/data/items/E0011")
        for leaf in test.submissions[1].manifest.leaves(ofItem: 6) {
            try Mutation.delete("\(copy)/\(BundleLayout.leaf(leaf.name, of: "S0002"))")
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try makeFolder(for: path)
        // A new file: the old one may be a link to the bundle that is not to change.
        unsafe unlink(path)
        try Data(bytes).write(to: URL(filePath: path))
    }

    private static func makeFolder(for path: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
    }
}

/// Ways to change a bundle.
enum Mutation {
    static func edit(_ path: String, _ edit: (inout [UInt8]) -> Void) throws {
        var bytes = try Array(Data(contentsOf: URL(filePath: path)))
        edit(&bytes)
        try TestBundle.write(bytes, to: path)
    }

    static func flip(_ path: String, bit: Int = 0) throws {
        try edit(path) { $0[$0.count / 2] ^= 1 << UInt8(bit) }
    }

    /// Removes something, and the folder that it leaves empty.
    static func delete(_ path: String) throws {
        try FileManager.default.removeItem(atPath: path)
        unsafe rmdir(URL(filePath: path).deletingLastPathComponent().path)
    }

    static func rename(_ path: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: other)
    }

    static func swap(_ path: String, _ other: String) throws {
        try rename(path, to: path + ".swap")
        try rename(other, to: path)
        try rename(path + ".swap", to: other)
    }

    /// Makes the list of all commitments anew, from those of the submissions and the leaves that are there.
    static func list(_ bundle: String) throws {
        let files = try BundleFiles(bundle)
        var lists: [CommitmentList] = []
        var leaves: [Hash: String] = [:]
        for path in files.sizes.keys where path.hasPrefix(BundleLayout.register) {
            let bytes = try files.bytes(path)
            if path.hasSuffix("/commitments.txt") {
                lists.append(try CommitmentList(parsing: bytes))
            } else if path.hasPrefix(BundleLayout.leaves) {
                leaves[Hash(hashing: bytes)] = path
            }
        }
        try TestBundle.write(
            CommitmentRegister(lists, leaves: leaves).bytes,
            to: "\(bundle)/\(BundleLayout.commitmentRegister)"
        )
    }

    static func coverUp(_ bundle: String) throws {
        var payload = BundleManifest()
        var tags = BundleManifest()
        let files = try BundleFiles(bundle)
        let kept = [BundleLayout.tagManifest, BundleLayout.payloadManifest, BundleLayout.info]
        for path in files.sizes.keys
        where !kept.contains(path) && !BundleLayout.isUnsealed(path) {
            let hash = try Hash(hashing: Data(contentsOf: URL(filePath: "\(bundle)/\(path)")))
            if path.hasPrefix("data/") {
                payload.hashes[path] = hash
            } else {
                tags.hashes[path] = hash
            }
        }
        tags.hashes[BundleLayout.payloadManifest] = Hash(hashing: payload.bytes)
        try TestBundle.write(payload.bytes, to: "\(bundle)/\(BundleLayout.payloadManifest)")
        if files.sizes[BundleLayout.info] != nil {
            let sizes = payload.hashes.keys.map { files.sizes[$0] ?? 0 }
            let lines = String(decoding: try files.bytes(BundleLayout.info), as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false).map { line in
                    line.hasPrefix("Payload-Oxum: ")
                        ? "Payload-Oxum: \(sizes.reduce(0, +)).\(sizes.count)" : String(line)
                }
            let info = Array(lines.joined(separator: "\n").utf8)
            tags.hashes[BundleLayout.info] = Hash(hashing: info)
            try TestBundle.write(info, to: "\(bundle)/\(BundleLayout.info)")
        }
        try TestBundle.write(tags.bytes, to: "\(bundle)/\(BundleLayout.tagManifest)")
        guard files.sizes[BundleLayout.seal] != nil else { return }
        let sizes = payload.hashes.keys.map { files.sizes[$0] ?? 0 }
        let claims = String(decoding: try files.bytes(BundleLayout.seal), as: UTF8.self)
            .split(separator: "\n").filter { $0.hasPrefix("#") }.map { line -> String in
                switch line.split(separator: ":").first {
                case "# files under data/": return "# files under data/: \(sizes.count)\n"
                case "# bytes under data/": return "# bytes under data/: \(sizes.reduce(0, +))\n"
                default: return line + "\n"
                }
            }
        tags.hashes[BundleLayout.tagManifest] = Hash(hashing: tags.bytes)
        let lines = BundleLayout.sealed.compactMap { path in
            tags.hashes[path].map { "\($0)  \(path)\n" }
        }
        try reseal(bundle, Array((claims + lines).joined().utf8))
    }

    /// Signs a seal anew.
    static func reseal(
        _ bundle: String,
        _ seal: [UInt8],
        by signer: ExportSigner = TestCase.signer
    ) throws {
        let signatures = try signer.sign(seal)
        for (path, bytes) in [
            (BundleLayout.seal, seal), (BundleLayout.p256Signature, signatures.p256),
            (BundleLayout.sshSignature, signatures.ssh.armored),
            (BundleLayout.p256Key, signer.publicKey.pem),
            (BundleLayout.allowedSigners, signer.publicKey.allowedSigners),
        ] {
            try TestBundle.write(bytes, to: "\(bundle)/\(path)")
        }
    }
}

/// A program that ran.
struct Run {
    let status: Int32
    let output: String

    init(_ program: String, _ arguments: [String], in folder: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        status = process.terminationStatus
        output = String(decoding: data, as: UTF8.self)
    }
}
