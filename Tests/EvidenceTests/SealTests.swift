// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import Secrets
import Testing
import Vault

@testable import Evidence

/// The two signatures of a seal, checked by the programs that VERIFY.txt names.
@Suite struct SealTests {
    static let message = Array("# Seal\n".utf8)

    static func signer(_ seed: UInt64 = 5) -> ExportSigner {
        ExportSigner.random(from: FixedEntropy(seed: seed))
    }

    /// A folder with a message, its signatures and the public key.
    static func signed(_ signer: ExportSigner = signer()) throws -> Folder {
        let folder = try Folder()
        let signatures = try signer.sign(message)
        _ = try folder.file("SEAL.txt", message)
        _ = try folder.file("SEAL.txt.p256.sig", signatures.p256)
        _ = try folder.file("SEAL.txt.ssh.sig", signatures.ssh.armored)
        _ = try folder.file("signer-public-key.pem", signer.publicKey.pem)
        _ = try folder.file("allowed_signers", signer.publicKey.allowedSigners)
        return folder
    }

    static let openssl = """
        openssl dgst -sha256 -verify signer-public-key.pem -signature SEAL.txt.p256.sig SEAL.txt
        """
    static let sshKeygen = """
        ssh-keygen -Y verify -f allowed_signers -I evidence-export -n evidence-export \
        -s SEAL.txt.ssh.sig < SEAL.txt
        """

    @Test("openssl and ssh-keygen accept what was signed", arguments: [openssl, sshKeygen])
    func accepted(command: String) throws {
        let folder = try Self.signed()
        let run = try Run("sh", ["-c", command], in: folder.path)
        #expect(run.status == 0, "\(run.output)")
    }

    @Test("openssl and ssh-keygen refuse another message", arguments: [openssl, sshKeygen])
    func otherMessage(command: String) throws {
        let folder = try Self.signed()
        _ = try folder.file("SEAL.txt", Self.message + [10])
        #expect(try Run("sh", ["-c", command], in: folder.path).status != 0)
    }

    @Test("openssl and ssh-keygen show the fingerprints that statements name")
    func fingerprints() throws {
        let key = Self.signer().publicKey
        let folder = try Self.signed()
        let p256 = """
            openssl pkey -pubin -in signer-public-key.pem -outform DER | sha256sum | cut -c1-64
            """
        #expect(try Run("sh", ["-c", p256], in: folder.path).output == "\(key.name.p256)\n")
        let ssh = "cut -d' ' -f3- allowed_signers | ssh-keygen -lf - | cut -d' ' -f2"
        #expect(try Run("sh", ["-c", ssh], in: folder.path).output == key.sshFingerprint + "\n")
        let hex = "cut -d' ' -f4 allowed_signers | openssl base64 -d -A | sha256sum | cut -c1-64"
        #expect(try Run("sh", ["-c", hex], in: folder.path).output == "\(key.name.ed25519)\n")
    }

    @Test("reads and checks what ssh-keygen and openssl signed")
    func foreign() throws {
        let folder = try Folder()
        _ = try folder.file("SEAL.txt", Self.message)
        let run = try Run(
            "sh",
            [
                "-euc",
                """
                ssh-keygen -q -t ed25519 -N '' -C '' -f key
                ssh-keygen -Y sign -f key -n evidence-export SEAL.txt
                openssl ecparam -name prime256v1 -genkey -noout -out p256
                openssl pkey -in p256 -pubout -out p256.pem
                openssl dgst -sha256 -sign p256 -out p256.sig SEAL.txt
                printf 'evidence-export namespaces="evidence-export" ' > allowed_signers
                cut -d' ' -f1-2 key.pub >> allowed_signers
                """,
            ],
            in: folder.path
        )
        #expect(run.status == 0, "\(run.output)")
        func bytes(_ name: String) throws -> [UInt8] {
            try Array(Data(contentsOf: folder.url.appending(path: name)))
        }
        let key = try #require(
            ExportPublicKey(pem: bytes("p256.pem"), allowedSigners: bytes("allowed_signers"))
        )
        let signature = try SSHSignature(parsing: bytes("SEAL.txt.sig"))
        #expect(signature.armored == (try bytes("SEAL.txt.sig")))
        #expect(key.isValid(ssh: signature, for: Self.message))
        #expect(!key.isValid(ssh: signature, for: Self.message + [10]))
        // openssl makes either of the two.
        let both = try [bytes("p256.sig"), Self.twin(of: bytes("p256.sig"))]
        #expect(both.count { key.isValid(p256: $0, for: Self.message) } == 1)
        #expect(!both.contains { key.isValid(p256: $0, for: Self.message + [10]) })
    }

    /// The other ECDSA signature that is valid wherever one is: (r, n − s), n being the order of P-256.
    static func twin(of der: [UInt8]) throws -> [UInt8] {
        let order = try #require(
            Hex.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
        )
        // A sequence of two numbers, each with its tag and its length.
        let rEnd = 4 + Int(der[3])
        let digits = der[(rEnd + 2)...].drop { $0 == 0 }
        let s: [UInt8] = Array(repeating: 0, count: 32 - digits.count) + digits
        var negated = order
        var borrowed = 0
        for place in order.indices.reversed() {
            let digit = Int(order[place]) - Int(s[place]) - borrowed
            negated[place] = UInt8(truncatingIfNeeded: digit)
            borrowed = digit < 0 ? 1 : 0
        }
        negated = Array(negated.drop { $0 == 0 })
        if let first = negated.first, first >= 0x80 { negated.insert(0, at: 0) }
        let numbers: [UInt8] = Array(der[2..<rEnd]) + [2, UInt8(negated.count)] + negated
        return [0x30, UInt8(numbers.count)] + numbers
    }

    @Test("of an ECDSA signature only one of two spellings is taken; openssl takes both")
    func spelling() throws {
        for seed in 1...8 {
            let signer = Self.signer(UInt64(seed))
            let signature = try signer.sign(Self.message).p256
            let twin = try Self.twin(of: signature)
            #expect(try Self.twin(of: twin) == signature)
            #expect(signer.publicKey.isValid(p256: signature, for: Self.message))
            #expect(!signer.publicKey.isValid(p256: twin, for: Self.message))
        }
        let folder = try Self.signed()
        let signature = try Data(contentsOf: folder.url.appending(path: "SEAL.txt.p256.sig"))
        _ = try folder.file("SEAL.txt.p256.sig", Self.twin(of: Array(signature)))
        let run = try Run("sh", ["-c", Self.openssl], in: folder.path)
        #expect(run.status == 0, "\(run.output)")
    }

    @Test(
        "a closing list names plain paths alone",
        arguments: ["/etc/hostname", "../x", "seal/../../x", "seal//x", "a b"]
    )
    func closingPaths(path: String) {
        var closing = Closing()
        closing.files.hashes["SEAL.txt"] = Hash(hashing: [1])
        #expect(Closing(parsing: closing.bytes)?.bytes == closing.bytes)
        closing.files.hashes[path] = Hash(hashing: [1])
        #expect(Closing(parsing: closing.bytes)?.bytes == nil)
    }

    @Test("a public key is read back, and in one spelling only")
    func publicKey() throws {
        let key = Self.signer().publicKey
        #expect(ExportPublicKey(pem: key.pem, allowedSigners: key.allowedSigners) == key)
        let blank = [UInt8(ascii: " ")]
        #expect(ExportPublicKey(pem: key.pem + [10], allowedSigners: key.allowedSigners) == nil)
        #expect(ExportPublicKey(pem: key.pem, allowedSigners: key.allowedSigners + blank) == nil)
        #expect(ExportPublicKey(pem: [], allowedSigners: []) == nil)
        for place in key.pem.indices {
            var pem = key.pem
            pem[place] ^= 1
            let read = ExportPublicKey(pem: pem, allowedSigners: key.allowedSigners)
            #expect(read == nil || read?.pem == pem)
        }
    }

    @Test("a signature with one changed byte is not one, or does not verify")
    func changed() throws {
        let signer = Self.signer()
        let (p256, ssh) = try signer.sign(Self.message)
        for place in ssh.armored.indices {
            var armored = ssh.armored
            armored[place] ^= 1
            guard let signature = try? SSHSignature(parsing: armored) else { continue }
            #expect(!signer.publicKey.isValid(ssh: signature, for: Self.message))
        }
        for place in p256.indices {
            var changed = p256
            changed[place] ^= 1
            #expect(!signer.publicKey.isValid(p256: changed, for: Self.message))
        }
    }

    @Test("says which rule a signature breaks")
    func refusals() throws {
        let armored = try Self.signer().sign(Self.message).ssh.armored
        let body = String(decoding: armored, as: UTF8.self).split(separator: "\n")
            .dropFirst().dropLast().joined()
        let blob = try #require(Data(base64Encoded: body).map { Array($0) })
        func error(_ edit: (inout [UInt8]) -> Void) -> SSHSignatureError? {
            var bytes = blob
            edit(&bytes)
            let text = Armor.lines(
                of: bytes,
                lineLength: 70,
                "-----BEGIN SSH SIGNATURE-----",
                "-----END SSH SIGNATURE-----"
            )
            do throws(SSHSignatureError) {
                _ = try SSHSignature(parsing: text)
                return nil
            } catch {
                return error
            }
        }
        #expect(error { _ in } == nil)
        #expect(error { $0[9] = 2 } == .version)
        #expect(error { $0[14 + 4] ^= 1 } == .algorithm)
        #expect(error { $0.append(0) } == .length)
        #expect(error { $0.removeLast() } == .length)
        #expect(error { $0[$0.count - 83 - 4 - 1] ^= 1 } == .hash)
        #expect(error { $0.removeLast($0.count - 3) } == .version)
        #expect(throws: SSHSignatureError.armor) { try SSHSignature(parsing: armored + [10]) }
        #expect(throws: SSHSignatureError.armor) { try SSHSignature(parsing: []) }
    }

    @Test("a key pair is kept as 64 bytes")
    func secret() throws {
        let signer = Self.signer()
        let kept = unsafe signer.withSecret { unsafe SecretBytes(copying: $0) }
        #expect(ExportSigner(kept)?.publicKey == signer.publicKey)
        #expect(ExportSigner(SecretBytes(count: 64)) == nil)
        #expect(ExportSigner(SecretBytes(count: 63)) == nil)
        #expect(Self.signer(6).publicKey != signer.publicKey)
    }

    @Test("the name of a key is two fingerprints with a blank between")
    func name() {
        let name = Self.signer().publicKey.name
        #expect(ExportKey(parsing: name.description) == name)
        #expect(ExportKey(parsing: name.description + " ") == nil)
        #expect(ExportKey(parsing: name.p256.hex) == nil)
    }
}
