// SPDX-License-Identifier: Apache-2.0

public import Timestamp

extension BundleWriter {
    /// Adds the time-stamps of the seal, which must have been made: one of each authority.
    ///
    /// Their files are `seal/SEAL.txt.tsa1.tsr`, `seal/tsa1-root.pem`, `seal/tsa1-chain.pem` and, where there were
    /// lists, `seal/tsa1-crls.pem`; `tsa2` is the second's.
    ///
    /// - Throws: ``BundleError``.
    public func add(_ stamps: [KeptTimestamp]) throws(BundleError) {
        for (place, kept) in stamps.enumerated() {
            let files = TokenFiles.ofSeal(place + 1).bytes(of: kept)
            for (path, bytes) in files { try add(bytes, at: path) }
        }
    }
}
