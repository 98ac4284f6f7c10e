// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import VaultServer

@Suite struct TLSIdentityTests {
    @Test("a key and its certificate read back to the same pin")
    func roundTrip() throws {
        let made = try TLSIdentity.make(at: Date(timeIntervalSince1970: 1_800_000_000))
        let read = try TLSIdentity(keyPEM: made.keyPEM, certificatePEM: made.certificatePEM)
        #expect(read.pin == made.pin)
        _ = try read.makeContext()
    }

    @Test("refuses the certificate of another key")
    func otherKey() throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let one = try TLSIdentity.make(at: now)
        let other = try TLSIdentity.make(at: now)
        #expect(throws: StartError.certificateDoesNotMatch) {
            try TLSIdentity(keyPEM: one.keyPEM, certificatePEM: other.certificatePEM)
        }
        #expect(throws: StartError.tlsKeyUnreadable) {
            try TLSIdentity(keyPEM: "", certificatePEM: other.certificatePEM)
        }
    }
}
