// SPDX-License-Identifier: Apache-2.0

import Evidence
import Timestamp
import Vault

extension Authorities {
    /// Has a bundle stamped, for the first time or anew; nothing of it is touched.
    ///
    /// - Parameter bundle: its folder.
    /// - Returns: the number of the round, and what came of asking; without a stamp nothing was written.
    /// - Throws: ``BundleError``, a ``ClientError`` where it cannot be written, or `CancellationError`.
    public func renew(_ bundle: String) async throws -> (round: UInt64, answer: Answer) {
        let renewal = try BundleRenewal(of: bundle, at: UTCTime(seconds: VaultClock.deviceTime))
        let round = renewal.list.number
        let answer = try await stamp(renewal.list.bytes)
        guard !answer.stamps.isEmpty else { return (round, answer) }
        let addenda = FilePath(bundle).appending("addenda")
        try DurableFile.makeFolder(addenda)
        // What a round left that was cut off.
        for name in DurableFile.names(in: addenda)
        where BundleRenewal.isFile("addenda/\(name)", ofRound: round) {
            try DurableFile.remove(addenda.appending(name))
        }
        for (path, bytes) in renewal.files(answer.stamps) {
            try DurableFile.create(bytes, at: FilePath(bundle).appending(path))
        }
        return (round, answer)
    }
}
