// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Secrets
import TestSupport
import Testing

@testable import Age

/// Each public vector goes through every operation it applies to.
@Suite("The public age vectors", .enabled(if: Vectors.exist(AgeVector.folder), Vectors.reason))
struct VectorTests {
    @Test("open in memory, or fail as expected", arguments: Vectors.names(in: AgeVector.folder))
    func open(name: String) throws {
        let vector = try AgeVector(named: name)
        let identities = try vector.identities()
        #expect(AgeFile.isArmored(vector.file) == vector.isArmored)
        do throws(DecryptionError) {
            let plaintext = try AgeFile.open(vector.file, with: identities)
            #expect(vector.expectation == "success")
            let hash = unsafe plaintext.withBytes { unsafe Hash(hashing: $0) }
            #expect(hash == vector.released)
        } catch {
            #expect(vector.expectation == AgeVector.category(of: error), "\(error)")
        }
    }

    @Test("release exactly the authentic chunks", arguments: Vectors.names(in: AgeVector.folder))
    func stream(name: String) throws {
        let vector = try AgeVector(named: name)
        var sink = MemorySink()
        do {
            try AgeStream.open(from: MemorySource(vector.file), to: &sink) { _ in
                try vector.identities()
            }
            #expect(vector.expectation == "success")
        } catch let error as DecryptionError {
            #expect(vector.expectation == AgeVector.category(of: error), "\(error)")
        }
        #expect(Hash(hashing: sink.bytes) == vector.released ?? Hash(hashing: []))
    }

    @Test("open at any place", arguments: Vectors.names(in: AgeVector.folder))
    func randomAccess(name: String) throws {
        let vector = try AgeVector(named: name)
        guard ["success", "payload failure"].contains(vector.expectation), !vector.isArmored else {
            return
        }
        let header = Header(parsed: vector.file)
        let fileKey = try header.fileKey(for: vector.identities())
        let payload = Array(vector.file[header.bytes.count...])
        let sealed = payload.dropFirst(PayloadLayout.nonceSize)
        func readAll() throws -> [UInt8] {
            var reader = try unsafe PayloadReader(
                fileKey: fileKey,
                nonce: Array(payload.prefix(PayloadLayout.nonceSize)),
                payloadSize: UInt64(payload.count)
            ) { offset, buffer in
                unsafe buffer.copyBytes(from: sealed.dropFirst(Int(offset)).prefix(buffer.count))
            }
            var plaintext = [UInt8](repeating: 0, count: Int(reader.size))
            // From the end on, in pieces that no chunk is a multiple of.
            for start in stride(from: 0, to: plaintext.count, by: 50_001).reversed() {
                let end = min(start + 50_001, plaintext.count)
                let count = try unsafe plaintext.withUnsafeMutableBytes {
                    try unsafe reader.read(
                        into: .init(rebasing: $0[start..<end]),
                        at: UInt64(start)
                    )
                }
                #expect(count == end - start)
            }
            return plaintext
        }
        if vector.expectation == "success" {
            #expect(try Hash(hashing: readAll()) == vector.released)
        } else {
            #expect(throws: PayloadError.self) { try readAll() }
        }
    }

    @Test(
        "parse to stanzas that write the same header",
        arguments: Vectors.names(in: AgeVector.folder)
    )
    func header(name: String) throws {
        let vector = try AgeVector(named: name)
        guard vector.expectation == "success" else { return }
        let (header, isArmored, payloadSize) = try AgeStream.inspect(MemorySource(vector.file))
        #expect(isArmored == vector.isArmored)
        #expect(PayloadLayout.plaintextSize(payloadSize: payloadSize) != nil)
        let fileKey = try header.fileKey(for: vector.identities())
        #expect(Header(sealing: header.stanzas, with: fileKey) == header)
    }

    @Test("seal again to a file that opens", arguments: Vectors.names(in: AgeVector.folder))
    func again(name: String) throws {
        let vector = try AgeVector(named: name)
        guard vector.expectation == "success" else { return }
        let plaintext = try AgeFile.open(vector.file, with: vector.identities())
        let identity = HybridIdentity(random: SystemEntropy())
        let fileKey = FileKey(random: SystemEntropy())
        let header = try Header(wrapping: fileKey, for: [identity.recipient])
        var source = MemorySource(unsafe plaintext.withBytes { unsafe Array($0) })
        let file = MemorySink()
        var sink = ArmoredSink(file)
        try AgeStream.seal(
            from: &source,
            to: &sink,
            header: header,
            fileKey: fileKey,
            nonce: SystemEntropy().bytes(PayloadLayout.nonceSize)
        )
        try sink.finish()
        #expect(AgeFile.isArmored(file.bytes))
        let opened = try AgeFile.open(file.bytes, with: [identity])
        let hash = unsafe opened.withBytes { unsafe Hash(hashing: $0) }
        #expect(hash == vector.released)
    }

    @Test(
        "two headers over one payload open to two texts, and commitments tell them apart",
        .enabled(if: Vectors.exist("age-extra"), Vectors.reason)
    )
    func salamander() throws {
        let text = try Vectors.bytes("age-extra/salamander_identity.txt")
        let identities = try unsafe text.withUnsafeBytes {
            try unsafe IdentityFile.identities(in: $0)
        }
        let payload = try Vectors.bytes("age-extra/salamander_payload.bin")
        var texts: Set<[UInt8]> = []
        var commitments: Set<[UInt8]> = []
        for name in ["a", "b"] {
            let header = try Vectors.bytes("age-extra/salamander_header_\(name).txt")
            let plaintext = try AgeFile.open(header + payload, with: identities)
            texts.insert(unsafe plaintext.withBytes { unsafe Array($0) })
            let fileKey = try Header(parsing: header).fileKey(for: identities)
            commitments.insert(fileKey.commitment(salt: Array(0..<16), info: "test"))
        }
        #expect(texts.count == 2)
        #expect(commitments.count == 2)
    }
}
