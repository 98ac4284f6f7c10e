// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Timestamp
import TimestampClient

extension AuthorityAddress {
    /// What the authority's tokens are stored under.
    var name: Hash { Hash(hashing: url.utf8) }
}

extension TimestampAuthority {
    /// What its tokens are stored under.
    var name: Hash { Hash(hashing: url.utf8) }
}

/// What is kept of time-stamps, beside the checkpoints that they are of; see <doc:Stamping>.
struct Stamps: Sendable {
    let store: any ObjectStore

    /// All that is stored, by what was stamped and who stamps.
    struct Inventory {
        /// The parts that there are of each time-stamp.
        var parts: [Stamp: Set<StampPart>] = [:]
        /// The numbers of the rounds of renewal.
        var renewals: Set<UInt64> = []
    }

    /// One authority's time-stamp on one thing.
    struct Stamp: Hashable, Comparable {
        let subject: StampSubject
        let authority: Hash

        func key(_ part: StampPart) -> StorageKey {
            .timestamp(subject, authority: authority, part)
        }

        /// Older things first, checkpoints before renewals.
        static func < (left: Stamp, right: Stamp) -> Bool {
            left.subject == right.subject
                ? left.authority.hex < right.authority.hex
                : left.subject.rank < right.subject.rank
        }
    }

    func inventory() async throws(StorageError) -> Inventory {
        var found = Inventory()
        for object in try await store.list(.timestamps) {
            switch object.key {
            case .timestamp(let subject, let authority, let part):
                found.parts[Stamp(subject: subject, authority: authority), default: []].insert(part)
            case .renewal(let number): found.renewals.insert(number)
            default: break
            }
        }
        return found
    }

    /// What is stamped, as everybody can hash it again.
    func bytes(of subject: StampSubject) async throws(StorageError) -> [UInt8] {
        try await store.bytes(of: subject.key)
    }

    /// Keeps a time-stamp, durably; what it is due no more is forgotten.
    func keep(_ kept: KeptTimestamp, as stamp: Stamp) async throws(StorageError) {
        try await store.create(stamp.key(.token), kept.response.bytes)
        try await keepChain(of: kept, as: stamp)
        try await store.delete(stamp.key(.due))
    }

    /// Keeps what verifies a token that is there already.
    func keepChain(of kept: KeptTimestamp, as stamp: Stamp) async throws(StorageError) {
        let chain = stamp.key(.chain)
        if try await store.size(of: chain) == nil {
            try await store.create(chain, CertificateFile(certificates: kept.chain).pem)
        }
        let lists = stamp.key(.lists)
        if !kept.revocationLists.isEmpty, try await store.size(of: lists) == nil {
            try await store.create(lists, kept.revocationListsPEM)
        }
    }

    /// A time-stamp with what verifies it; `nil` while its chain is not there.
    ///
    /// - Throws: ``StorageError``; `damaged` where its files cannot be read.
    func kept(
        _ stamp: Stamp,
        parts: Set<StampPart>
    ) async throws(StorageError) -> KeptTimestamp? {
        guard parts.isSuperset(of: [.token, .chain]) else { return nil }
        let token = try await store.bytes(of: stamp.key(.token))
        let chain = try await store.bytes(of: stamp.key(.chain))
        let lists = parts.contains(.lists) ? try await store.bytes(of: stamp.key(.lists)) : []
        do {
            return try KeptTimestamp(
                response: TimestampResponse(parsing: token),
                chain: CertificateFile(parsing: chain).certificates,
                revocationLists: lists.isEmpty
                    ? [] : CertificateFile(parsing: lists).revocationLists
            )
        } catch {
            throw .damaged(stamp.key(.token), "\(error)")
        }
    }
}

extension StampSubject {
    /// Where the stamped bytes lie.
    var key: StorageKey {
        switch self {
        case .checkpoint(let size, _): .publishedCheckpoint(size: size)
        case .renewal(let number): .renewal(number: number)
        }
    }

    fileprivate var rank: (Int, UInt64) {
        switch self {
        case .checkpoint(let size, _): (0, size)
        case .renewal(let number): (1, number)
        }
    }
}
