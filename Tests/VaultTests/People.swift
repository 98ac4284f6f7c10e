// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import Encodings
import TransparencyLog
import Vault

/// Bytes that are the same in every run and mean nothing.
func testBytes(_ label: String, count: Int = 32) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = 0
    while bytes.count < count {
        bytes += Hash(hashing: Array("\(label) \(block)".utf8)).bytes
        block += 1
    }
    return Array(bytes.prefix(count))
}

/// A well-formed recipient to which nobody has the key.
func testRecipient(_ label: String) -> String {
    bech32("age1pq", bytes: testBytes("recipient \(label)", count: 1216))
}

/// Bech32 (BIP 173) without its length limit.
func bech32(_ humanReadable: String, bytes: [UInt8]) -> String {
    var digits: [UInt8] = []
    var bits = 0
    var count = 0
    for byte in bytes {
        bits = (bits << 8 | Int(byte)) & 0xfff
        count += 8
        while count >= 5 {
            count -= 5
            digits.append(UInt8(bits >> count & 31))
        }
    }
    if count > 0 { digits.append(UInt8(bits << (5 - count) & 31)) }
    let letters = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l")
    let text = (digits + bech32Checksum(humanReadable, digits)).map { letters[Int($0)] }
    return humanReadable + "1" + String(text)
}

private func bech32Checksum(_ humanReadable: String, _ digits: [UInt8]) -> [UInt8] {
    let prefix = Array(humanReadable.utf8)
    let values = prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 } + digits
    var checksum: UInt32 = 1
    for value in values + [0, 0, 0, 0, 0, 0] {
        let top = checksum >> 25
        checksum = (checksum & 0x1ff_ffff) << 5 ^ UInt32(value)
        let generator: [UInt32] = [
            0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
        ]
        for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { checksum ^= generator[bit] }
    }
    checksum ^= 1
    return (0..<6).map { UInt8(checksum >> UInt32(5 * (5 - $0)) & 31) }
}

/// Somebody with keys that are made from a label.
struct Person {
    let record: IdentityRecord
    let signer: NoteSigner
    let key: Curve25519.Signing.PrivateKey

    var fingerprint: Fingerprint { record.fingerprint }

    init(_ label: String) throws {
        let seed = testBytes("signing \(label)")
        key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        record = try IdentityRecord(
            signing: Array(key.publicKey.rawRepresentation),
            recipient: testRecipient(label),
            mail: testBytes("mail \(label)")
        )
        signer = try NoteSigner(name: record.fingerprint.hex, seed: seed)
    }
}

extension CaseID {
    static func test(_ label: String) -> CaseID {
        guard let id = CaseID(testBytes("case \(label)", count: 16)) else { fatalError() }
        return id
    }
}

extension ObjectID {
    static func test(_ label: String) -> ObjectID {
        guard let id = ObjectID(testBytes("object \(label)", count: 16)) else { fatalError() }
        return id
    }
}

extension Hash {
    static func test(_ label: String) -> Hash { Hash(hashing: Array(label.utf8)) }
}

extension ExportKey {
    static func test(_ label: String = "export key") -> ExportKey {
        ExportKey(p256: .test(label), ed25519: .test("\(label), Ed25519"))
    }
}

extension UTCTime {
    func adding(minutes: Int64) -> UTCTime { UTCTime(seconds: seconds + minutes * 60) }

    static func test(_ text: String) -> UTCTime {
        guard let time = UTCTime(text) else { fatalError("no time: \(text)") }
        return time
    }
}
