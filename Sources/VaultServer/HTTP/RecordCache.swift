// SPDX-License-Identifier: Apache-2.0

import Bulk
import NIOCore
import Synchronization
import Vault

/// The last few records that downloads asked for, parsed.
///
/// A record of 10 000 objects is megabytes of text and is asked for once per object.
final class RecordCache: Sendable {
    private static let count = 4
    private static let bytes = 24 << 20

    private struct Kept {
        let hash: Hash
        let size: Int
        let record: SubmissionRecord
    }

    private let kept = Mutex<[Kept]>([])

    /// A record, read with `load` when it is not kept.
    func record(
        _ hash: Hash,
        load: () async throws -> ByteBuffer
    ) async throws -> SubmissionRecord {
        let found = kept.withLock { kept in kept.first { $0.hash == hash }?.record }
        if let found { return found }
        let text = try await load()
        let record = try SubmissionRecord(parsing: Array(text.readableBytesView))
        kept.withLock { kept in
            kept.removeAll { $0.hash == hash }
            kept.append(Kept(hash: hash, size: text.readableBytes, record: record))
            while kept.count > Self.count || kept.reduce(0, { $0 + $1.size }) > Self.bytes {
                kept.removeFirst()
            }
        }
        return record
    }
}
