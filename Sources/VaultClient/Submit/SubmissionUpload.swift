// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Sealing

/// Seals and sends the objects of one submission, as far as the vault does not have them yet.
///
/// One lane reads, hashes and seals; what it makes is sent beside it, several requests at a time. The
/// pool of segments bounds the memory: with all of them in flight the lane waits.
struct SubmissionUpload {
    /// Segments between the lane and the vault, 4 MiB each.
    static let segmentCount = 4
    /// Requests in flight; a vault takes no more from one member.
    static let requestLimit = 8

    let sender: SubmissionSender
    let job: OutboxJob
    let recipient: HybridRecipient
    let pool = SegmentPool(count: segmentCount)

    private enum Landed: Sendable {
        case segment(object: Int)
        case object(StoredObject)
    }

    /// What is between the lane and the vault; the lane alone touches it.
    private struct Flight {
        var requests = 0
        /// Segments of an object that are still in flight.
        var outstanding: [Int: Int] = [:]
        /// Objects that are sealed to the end, waiting for their last segment.
        var sealed: [Int: SealedObject] = [:]
    }

    /// Sends objects, in the order in which they are named, until the vault has all of them.
    func send(
        _ numbers: some Sequence<Int>,
        content: (Int) throws -> Plaintext
    ) async throws {
        try await withThrowingTaskGroup(of: Landed.self) { group in
            var flight = Flight()
            for number in numbers where job.state.objects[number] == nil {
                try Task.checkCancellation()
                let sealer = try ObjectSealer(
                    try content(number),
                    number: number,
                    secrets: job.secrets,
                    recipient: recipient,
                    recorded: job.state.digests[number] ?? [:],
                    pool: pool
                )
                try await send(sealer, number, &flight, &group)
                flight.sealed[number] = sealer.object
                while flight.requests >= Self.requestLimit { try await land(&flight, &group) }
                close(number, &flight, &group)
            }
            while flight.requests > 0 { try await land(&flight, &group) }
        }
    }

    private func send(
        _ sealer: ObjectSealer,
        _ number: Int,
        _ flight: inout Flight,
        _ group: inout ThrowingTaskGroup<Landed, any Error>
    ) async throws {
        let known = job.state.digests[number] ?? [:]
        let stored = job.state.stored[number] ?? []
        flight.outstanding[number] = 0
        while let segment = try await sealer.next() {
            guard !stored.contains(segment.index) else {
                sender.progress.add(segment.count)
                continue
            }
            while flight.requests >= Self.requestLimit { try await land(&flight, &group) }
            flight.requests += 1
            flight.outstanding[number, default: 0] += 1
            let mayBeThere = known[segment.index] != nil
            group.addTask { [sender] in
                try await sender.send(segment, of: number, mayBeThere: mayBeThere)
                return .segment(object: number)
            }
        }
    }

    /// Waits until one request is answered, and does what that allows.
    private func land(
        _ flight: inout Flight,
        _ group: inout ThrowingTaskGroup<Landed, any Error>
    ) async throws {
        guard let landed = try await group.next() else { return }
        flight.requests -= 1
        switch landed {
        case .segment(let object):
            flight.outstanding[object, default: 0] -= 1
            close(object, &flight, &group)
        case .object(let object):
            job.take(.object(object))
        }
    }

    /// Sends the envelope of an object whose segments are all stored.
    private func close(
        _ number: Int,
        _ flight: inout Flight,
        _ group: inout ThrowingTaskGroup<Landed, any Error>
    ) {
        guard flight.outstanding[number] == 0,
            let sealed = flight.sealed.removeValue(forKey: number)
        else { return }
        flight.outstanding[number] = nil
        flight.requests += 1
        group.addTask { [sender] in .object(try await sender.close(number, sealed)) }
    }
}
