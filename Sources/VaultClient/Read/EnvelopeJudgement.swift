// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Sealing
import Vault

extension ObjectDescription {
    /// Opens something with an envelope that the vault gave; where that fails, says whose doing it is.
    ///
    /// An honest vault has the envelope that was submitted, which the record names, or the one that the
    /// last change of the case's key made of it, which opens with the case's key. Only what nobody could
    /// open at that change stays as it was submitted.
    ///
    /// - Throws: ``ClientError`` `.untrusted` for any other envelope; `.failed` for the one that was
    ///   submitted where a newer one is to be expected; what `open` throws.
    func judging<Opened: ~Copyable>(
        _ envelope: [UInt8],
        isRewrapped: Bool,
        _ open: () throws -> Opened
    ) throws -> Opened {
        do {
            return try open()
        } catch let error as OpenError where error.isOfEnvelope {
            guard Hash(hashing: envelope) == self.envelope else {
                throw ClientError.untrusted(
                    "the envelope of object \(id.hex) is not the one that was submitted"
                        + (isRewrapped ? ", nor one that the case's key opens" : "")
                )
            }
            guard isRewrapped else { throw error }
            throw ClientError(
                .failed,
                "the envelope of object \(id.hex) is the one from before the case's key changed: nobody "
                    + "could open it then, or the vault keeps the new one back"
            )
        }
    }
}

extension OpenError {
    fileprivate var isOfEnvelope: Bool {
        switch self {
        case .envelope, .header, .keyCommitment: true
        default: false
        }
    }
}
