// SPDX-License-Identifier: Apache-2.0

import Secrets
import Testing

@Suite("Secrets")
struct SecretBytesTests {
    @Test("a new secret is all zero, is written in place and read where it lies")
    func lending() {
        var secret = SecretBytes(count: 40)
        let zero = unsafe secret.withBytes { unsafe $0.allSatisfy { $0 == 0 } }
        #expect(zero)
        unsafe secret.withMutableBytes { unsafe $0[39] = 7 }
        let copy = secret.copy()
        let bytes = unsafe copy.withBytes { unsafe Array($0) }
        #expect(bytes == Array(repeating: 0, count: 39) + [7])
    }

    @Test("an empty secret is a secret")
    func empty() {
        let secret = SecretBytes(count: 0)
        let count = unsafe secret.withBytes { $0.count }
        #expect(count == 0)
    }

    @Test("an overrun ends the process")
    func overrun() async {
        await #expect(processExitsWith: .failure) {
            let secret = SecretBytes(count: 16)
            unsafe secret.withBytes { bytes in
                let beyond = unsafe bytes.baseAddress?.load(fromByteOffset: 16, as: UInt8.self)
                print(beyond as Any)
            }
        }
    }

    @Test("memory that held another secret is all zero again")
    func reuse() async {
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask {
                    for round in 0..<2_000 {
                        var secret = SecretBytes(count: (task + round) % 66)
                        let zero = unsafe secret.withBytes { unsafe $0.allSatisfy { $0 == 0 } }
                        #expect(zero)
                        unsafe secret.withMutableBytes { bytes in
                            for place in bytes.indices { unsafe bytes[place] = UInt8(task + 1) }
                        }
                        let own = unsafe secret.withBytes {
                            unsafe $0.allSatisfy { $0 == task + 1 }
                        }
                        #expect(own)
                    }
                }
            }
        }
    }

    @Test("an overrun of memory that held another secret ends the process")
    func overrunAfterReuse() async {
        await #expect(processExitsWith: .failure) {
            for _ in 0..<100 { _ = SecretBytes(count: 16) }
            let secret = SecretBytes(count: 16)
            unsafe secret.withBytes { bytes in
                let beyond = unsafe bytes.baseAddress?.load(fromByteOffset: 16, as: UInt8.self)
                print(beyond as Any)
            }
        }
    }

    @Test("two random secrets differ")
    func randomness() {
        let one = SecretBytes(random: 32, from: SystemEntropy())
        let two = SecretBytes(random: 32, from: SystemEntropy())
        let equal = one.equals(two)
        #expect(!equal)
        #expect(SystemEntropy().bytes(16).count == 16)
        #expect(SystemEntropy().bytes(0).isEmpty)
    }

    @Test("equality looks at every byte and at the length")
    func equality() {
        let bytes = Array<UInt8>(0..<64)
        #expect(ConstantTime.equal(bytes, bytes))
        #expect(ConstantTime.equal([], []))
        #expect(!ConstantTime.equal(bytes, Array(bytes.dropLast())))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!ConstantTime.equal(bytes, other))
        }
    }

    @Test("wiping leaves zeros")
    func wiping() {
        var bytes = Array<UInt8>(1...50)
        unsafe bytes.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) }
        #expect(bytes == Array(repeating: 0, count: 50))
    }
}
