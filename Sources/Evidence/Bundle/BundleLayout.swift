// SPDX-License-Identifier: Apache-2.0

import BagIt
import Bulk
import Vault

/// Where things lie in a bundle; see <doc:Bundle>.
enum BundleLayout {
    static let declaration = "bagit.txt"
    static let declarationText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    static let info = "bag-info.txt"
    static let payloadManifest = "manifest-sha256.txt"
    static let tagManifest = "tagmanifest-sha256.txt"
    static let instructions = "VERIFY.txt"
    static let page = "verify.html"
    /// The seals of the other parts: in the first of several alone.
    static let parts = "parts-sha256.txt"
    static let start = "00-START-HERE.html"
    static let seal = "SEAL.txt"
    /// What the seal names, in this order.
    static let sealed = [tagManifest, payloadManifest, commitmentRegister]

    static let seals = "seal/"
    static let p256Signature = "seal/SEAL.txt.p256.sig"
    static let p256Key = "seal/signer-public-key.pem"
    static let sshSignature = "seal/SEAL.txt.ssh.sig"
    static let allowedSigners = "seal/allowed_signers"
    /// What came of the seal until the bundle was closed, signed as the seal is.
    static let closing = "seal/CLOSING.txt"
    static let closingP256Signature = "seal/CLOSING.txt.p256.sig"
    static let closingSSHSignature = "seal/CLOSING.txt.ssh.sig"
    /// What must be there of a seal.
    static let ofSeal = [
        seal, p256Signature, p256Key, sshSignature, allowedSigners, closing, closingP256Signature,
        closingSSHSignature,
    ]
    /// What came after the seal.
    static let addenda = "addenda/"

    static let payload = "data/"
    static let readme = "data/README.txt"
    static let custodyLog = "data/custody/log.jsonl"
    static let custodyTable = "data/custody/log.csv"
    static let report = "data/report/custody-report.html"
    static let reportPDF = "data/report/custody-report.pdf"
    static let loadFile = "data/loadfile/export.csv"
    static let concordance = "data/loadfile/export.dat"
    static let opticon = "data/loadfile/export.opt"
    /// What lies beside the exhibits.
    static let documents = [
        readme, custodyLog, custodyTable, report, reportPDF, loadFile, concordance, opticon,
    ]
    static let items = "data/items/"

    static let logKey = "log/vkey.txt"
    static let logKeyPEM = "log/key.pem"
    static let policy = "log/policy.txt"
    /// There only where the key changed hands.
    static let logKeys = "log/keys.txt"
    /// The beginning of the names of checkpoints with time-stamps, and of what belongs to them.
    static let stamped = "log/checkpoint-"
    static let identities = "identities/"
    static let receipts = "receipts/"
    static let register = "register/"

    /// An exhibit's name, `E0001`; they count from 1.
    static func exhibit(_ number: Int) -> String { "E" + padded(number) }
    static func itemFile(_ exhibit: String) -> String { "\(items)\(exhibit)/item.json" }
    /// What the file says of itself, as text; not there for every exhibit.
    static func metadata(_ exhibit: String) -> String { "\(items)\(exhibit)/metadata.txt" }
    /// A derivative lies in a folder that says what it is.
    static func original(
        _ exhibit: String,
        _ name: String,
        _ kind: Derivation.Kind? = nil
    ) -> String {
        "\(items)\(exhibit)/\(kind?.rawValue ?? "original")/\(name)"
    }
    /// What is shown of a text whose file is withheld.
    static func shownText(_ exhibit: String) -> String { "\(items)\(exhibit)/shown.txt" }

    /// A submission's folder, `register/S0001/`; they count from 1.
    static func submission(_ number: Int) -> String { "S" + padded(number) }
    static func record(_ submission: String) -> String { "\(register)\(submission)/record.txt" }
    static func commitments(_ submission: String) -> String {
        "\(register)\(submission)/commitments.txt"
    }
    /// The folder of the leaves that are shown.
    static let leaves = "register/leaves/"
    /// Every commitment, with the name of its leaf's file.
    static let commitmentRegister = "register/commitments-sha256.txt"
    static let withheldRegister = "register/withheld.csv"
    /// The slashes of a leaf's name are not a folder's.
    static func leaf(_ name: String, of submission: String) -> String {
        let plain = name.split(separator: "/").joined(separator: "-")
        return "\(leaves)\(submission)-\(plain).json"
    }

    /// The beginning of the names of a receipt's files, `receipts/0001-case-open`.
    static func receipt(_ number: Int, _ act: ActName) -> String {
        let act = act.rawValue.split(separator: ".").joined(separator: "-")
        return "\(receipts)\(padded(number))-\(act)"
    }

    /// Whether a file may lie in a bundle that the seal does not name.
    static func isUnsealed(_ path: String) -> Bool {
        ofSeal.contains(path) || path.hasPrefix(addenda) || isOfToken(path)
    }

    /// `seal/SEAL.txt.tsa1.tsr`, and the certificates that it is checked by: `seal/tsa1-root.pem`,
    /// `-chain.pem`, `-crls.pem`.
    static func isOfToken(_ path: String) -> Bool {
        guard path.hasPrefix(seals) else { return false }
        var name = path.dropFirst(seals.count)
        if name.hasPrefix(seal + "."), name.hasSuffix(".tsr") {
            name = name.dropFirst(seal.count + 1).dropLast(4)
        } else {
            let ends = ["-root.pem", "-chain.pem", "-crls.pem"]
            guard let end = ends.first(where: name.hasSuffix) else { return false }
            name = name.dropLast(end.count)
        }
        return name.hasPrefix("tsa") && name.count > 3
            && name.dropFirst(3).utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }

    static func infoText(
        caseID: CaseID,
        date: UTCTime,
        part: BundlePart?,
        payloadBytes: UInt64,
        files: Int
    ) -> String {
        """
        Bag-Software-Agent: saksi
        Bagging-Date: \(date.text.prefix(10))
        External-Identifier: \(caseID)
        \(part?.info(of: caseID) ?? "")Payload-Oxum: \(payloadBytes).\(files)

        """
    }

    static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// A manifest in the one form that bundles use, which sha256sum writes and checks alike (RFC 8493,
/// section 2.1.3): two spaces, plain names, sorted.
struct BundleManifest {
    var hashes: [String: Hash] = [:]

    init() {}

    /// Takes what was read of a manifest; `nil` where it is not one of plain names with their SHA-256.
    init?(_ manifest: BagManifest) {
        for entry in manifest.entries {
            guard SafeName.isPath(entry.path.text), let hash = Hash(entry.checksum) else {
                return nil
            }
            hashes[entry.path.text] = hash
        }
    }

    /// The manifest, its lines in the byte order of the names.
    var bytes: [UInt8] {
        let paths = hashes.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return Array(paths.map { "\($0.value.hex)  \($0.key)\n" }.joined().utf8)
    }
}
