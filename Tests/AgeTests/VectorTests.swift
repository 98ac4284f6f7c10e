// SPDX-License-Identifier: Apache-2.0

import Bulk
import Secrets
import TestSupport
import Testing

@testable import Age

@Suite("The public age vectors", .enabled(if: Vectors.exist(AgeVector.folder), Vectors.reason))
struct VectorTests {
    @Test("open, or fail in the expected category", arguments: Vectors.names(in: AgeVector.folder))
    func open(name: String) throws {
        let vector = try AgeVector(named: name)
        #expect(AgeFile.isArmored(vector.file) == vector.isArmored)
        do throws(DecryptionError) {
            let identities: [any Identity]
            do { identities = try vector.identities() } catch { throw .noMatch }
            let plaintext = try AgeFile.open(vector.file, with: identities)
            #expect(vector.expectation == "success")
            let hash = unsafe plaintext.withBytes { unsafe Hash(hashing: $0) }
            #expect(hash == vector.released)
        } catch {
            #expect(vector.expectation == AgeVector.category(of: error), "\(error)")
        }
    }
}
