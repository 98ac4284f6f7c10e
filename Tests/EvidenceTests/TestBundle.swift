// SPDX-License-Identifier: Apache-2.0

import BagIt
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
    private let copy: BundleCopy
    private var path: String { folder.path + "/bundle" }

    /// A bundle of the whole case, made once and copied for each test.
    static func whole() async throws -> TestBundle { try TestBundle(await wholeMade.value) }

    /// A bundle with a file of every kind that there is, made once like the other.
    ///
    /// It has a derivative, a text of which a paragraph is withheld, a whole submission, time-stamps, and
    /// a supplement.
    static func ofEveryKind() async throws -> TestBundle { try TestBundle(await fullMade.value) }

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
        return try TestBundle(test: test) { try test.export(to: $0, stampedBy: [authority]) }
    }

    /// Two bundles of the same case, stamped by the same two authorities, made once like the other.
    ///
    /// The second withholds a name.
    static func twiceExported() async throws -> (TestBundle, TestBundle) {
        let made = try await twiceMade.value
        return (try TestBundle(made.0), try TestBundle(made.1))
    }

    /// A bundle for a class that an override alone allows.
    static func overridden() async throws -> TestBundle {
        var test = try await TestCase()
        try test.override(for: .media)
        return try TestBundle(test: test) { try test.export(to: $0, for: .media) }
    }

    /// A bundle in memory.
    private struct Made {
        let test: TestCase
        let files: [(path: String, bytes: [UInt8])]

        init(_ bundle: TestBundle) throws {
            test = bundle.test
            files = try bundle.listing().map { ($0, try bundle.bytes($0)) }
        }
    }

    private static let wholeMade = Task { try Made(await .partial()) }

    private static let fullMade = Task {
        var test = try await TestCase(paragraphs: ["One.\n\n", "Two.\n\n", "Three.\n"]) {
            submission,
            place,
            test in
            var details = ItemDetails()
            guard submission == 1, place == 0 else { return details }
            details.arrival = Arrival(.messengerDocument)
            details.claimedPlace = "ភូមិថ្មី"
            details.derivation = test.submissions[0].manifest.leaves(ofItem: 2).first.flatMap {
                Derivation(of: $0.commitment, kind: .translated, method: "by hand", language: "en")
            }
            return details
        }
        let authority = try TestAuthority("ec")
        let bundle = try TestBundle(test: test) { path in
            try test.export(
                to: path,
                withholding: ["1/1/paragraph/2", "1/2/name", "1/4"].map {
                    try Withholding(LeafSelector(parsing: $0), code: "B.1")
                },
                stampedBy: [authority]
            )
        }
        try bundle.unseal(["1/4"])
        return try Made(bundle)
    }

    private static let twiceMade = Task {
        var test = try await TestCase()
        let authorities = try [TestAuthority("ec"), TestAuthority("rsa")]
        let name = try Withholding(LeafSelector(parsing: "1/2/name"), code: "B.1")
        func export(withholding: [Withholding]) throws -> Made {
            try Made(
                TestBundle(test: test) {
                    try test.export(to: $0, withholding: withholding, stampedBy: authorities)
                }
            )
        }
        return (try export(withholding: []), try export(withholding: [name]))
    }

    private init(_ made: Made) throws {
        try self.init(test: made.test) { path in
            for (file, bytes) in made.files { try Self.write(bytes, to: "\(path)/\(file)") }
        }
    }

    private init(test: TestCase, make: (String) throws -> Void) throws {
        folder = try Folder()
        copy = BundleCopy(of: folder.path + "/bundle", at: folder.path + "/copy")
        self.test = test
        policy = test.log.policy
        try make(folder.path + "/bundle")
    }

    func listing() throws -> [String] { BagFolder(path).sizes.keys.map(\.text).sorted() }

    func bytes(_ file: String) throws -> [UInt8] { try Self.bytes("\(path)/\(file)") ?? [] }

    /// The bytes of a file; `nil` where there is none.
    static func bytes(_ path: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try Array(Data(contentsOf: URL(filePath: path)))
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

    /// Puts a supplement that shows what is withheld into `addenda/one`.
    func unseal(_ selectors: [String]) throws {
        let folder = "\(path)/addenda"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let writer = try SupplementWriter(
            selectors.map { try LeafSelector(parsing: $0) },
            of: test.submissions.enumerated().map { place, submission in
                try BundleContents.Submission(
                    number: place + 1,
                    record: submission.record,
                    commitments: submission.commitments,
                    manifest: submission.manifest
                )
            },
            for: ExportedBundle(at: path),
            to: "\(folder)/one"
        )
        try test.write(writer)
        try writer.seal()
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
        try copy.putBack()
        try change(copy.path)
        if coveredUp { try Mutation.coverUp(copy.path) { try copy.hash(of: $0) } }
        return BundleVerifier(copy.path).report(trusting: policy).failures
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

    /// Makes the lists, the sizes and the seal fit what is there.
    ///
    /// - Parameter hash: the SHA-256 of a file of the bundle.
    static func coverUp(_ bundle: String, hash: (String) throws -> Hash) throws {
        var payload = BundleManifest()
        var tags = BundleManifest()
        let sizes = Dictionary(
            uniqueKeysWithValues: BagFolder(bundle).sizes.map { ($0.key.text, $0.value) }
        )
        func text(_ path: String) throws -> String? {
            try TestBundle.bytes("\(bundle)/\(path)").map { String(decoding: $0, as: UTF8.self) }
        }
        let kept = [BundleLayout.tagManifest, BundleLayout.payloadManifest, BundleLayout.info]
        for path in sizes.keys where !kept.contains(path) && !BundleLayout.isUnsealed(path) {
            if path.hasPrefix(BundleLayout.payload) {
                payload.hashes[path] = try hash(path)
            } else {
                tags.hashes[path] = try hash(path)
            }
        }
        func add(_ bytes: [UInt8], _ path: String) throws {
            tags.hashes[path] = Hash(hashing: bytes)
            try TestBundle.write(bytes, to: "\(bundle)/\(path)")
        }
        let files = payload.hashes.count
        let bytes = payload.hashes.keys.reduce(0) { $0 + (sizes[$1] ?? 0) }
        try add(payload.bytes, BundleLayout.payloadManifest)
        if let info = try text(BundleLayout.info) {
            let lines = info.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.hasPrefix("Payload-Oxum: ") ? "Payload-Oxum: \(bytes).\(files)" : line
            }
            try add(Array(lines.joined(separator: "\n").utf8), BundleLayout.info)
        }
        try add(tags.bytes, BundleLayout.tagManifest)
        guard let seal = try text(BundleLayout.seal) else { return }
        // Stamps are of the seal that was.
        for path in sizes.keys where BundleLayout.isOfToken(path) {
            try delete("\(bundle)/\(path)")
        }
        let claims = seal.split(separator: "\n").filter { $0.hasPrefix("#") }.map {
            line -> String in
            switch line.split(separator: ":").first {
            case "# files under data/": return "# files under data/: \(files)\n"
            case "# bytes under data/": return "# bytes under data/: \(bytes)\n"
            default: return line + "\n"
            }
        }
        let lines = BundleLayout.sealed.compactMap { path in
            tags.hashes[path].map { "\($0)  \(path)\n" }
        }
        try reseal(bundle, Array((claims + lines).joined().utf8))
    }

    static func coverUp(_ bundle: String) throws {
        try coverUp(bundle) {
            try Hash(hashing: Data(contentsOf: URL(filePath: "\(bundle)/\($0)")))
        }
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
        try close(bundle, by: signer)
    }

    /// Makes the list of what came of the seal anew.
    ///
    /// - Parameter others: what it names too.
    static func close(
        _ bundle: String,
        naming others: [String: Hash] = [:],
        by signer: ExportSigner = TestCase.signer
    ) throws {
        var closing = Closing()
        closing.files.hashes = others
        for path in BagFolder(bundle).sizes.keys.map(\.text)
        where Closing.mustName(path) || path == "addenda/certificate.html" {
            let bytes = try TestBundle.bytes("\(bundle)/\(path)")
            closing.files.hashes[path] = bytes.map { Hash(hashing: $0) }
        }
        let signatures = try signer.sign(closing.bytes)
        for (path, bytes) in [
            (BundleLayout.closing, closing.bytes),
            (BundleLayout.closingP256Signature, signatures.p256),
            (BundleLayout.closingSSHSignature, signatures.ssh.armored),
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
