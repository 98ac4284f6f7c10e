// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// One line of the journal of a change of a case's key.
enum RotationEntry: Codable, Sendable {
    /// The epoch it leads to; the first entry. How many objects there were, for those who watch.
    case begun(epoch: UInt64, objects: UInt64)
    /// The vault has a pack.
    case pack(RewrappedPack)
    /// Packs that the vault has no more, or that hold an object that was erased since.
    case dropped([String])
    /// The next key is about to be uploaded, sealed to these recipients: the SHA-256 of each.
    ///
    /// Durable before it is. The same key must never be the case's without one of them.
    case sealed(to: [String])
}

/// A pack of envelopes that was uploaded, and which stretch of the case's objects it holds.
struct RewrappedPack: Codable, Sendable {
    /// SHA-256, hexadecimal.
    let hash: String
    /// The place before the first object, and that of the last.
    let after: String
    let through: String
    let objects: Int
    /// Those of them that did not open.
    let lost: [String]
    /// The last entry of the case that was known when it was made.
    let seen: UInt64
}

/// What the journal of a change of a case's key adds up to.
struct RotationState: JournalContent {
    static let damage = ClientError(
        .failed,
        "the journal of this change of a case's key was altered",
        hint:
            "give it up with `saksi case rotate CASE --discard`, then run the command again"
    )

    /// The epoch that it leads to, once it has begun.
    private(set) var epoch: UInt64?
    private(set) var total: UInt64 = 0
    private(set) var packs: [RewrappedPack] = []
    /// To whom the next key was sealed so far.
    private(set) var recipients: Set<String> = []

    mutating func apply(_ entry: RotationEntry) {
        switch entry {
        case .begun(let epoch, let objects):
            self.epoch = epoch
            total = objects
        case .pack(let pack): packs.append(pack)
        case .dropped(let hashes): packs.removeAll { hashes.contains($0.hash) }
        case .sealed(let recipients): self.recipients.formUnion(recipients)
        }
    }

    /// Objects that are done.
    var done: Int { packs.reduce(0) { $0 + $1.objects } }

    /// Those that did not open.
    var lost: [String] { packs.flatMap(\.lost).sorted() }

    /// The names of the packs.
    var hashes: [Hash] {
        get throws {
            try packs.map {
                guard let hash = Hash(hex: $0.hash) else { throw Self.damage }
                return hash
            }
        }
    }

    /// The stretches of the case's objects that no pack holds; the last one has no end.
    var gaps: [Stretch] {
        get throws {
            var gaps: [Stretch] = []
            var place = Stretch.start
            for stretch in try packs.map({ try Stretch(of: $0) }).sorted(by: { $0.after < $1.after }
            ) {
                if place < stretch.after { gaps.append(Stretch(place, stretch.after)) }
                place = max(place, stretch.through ?? place)
            }
            return gaps + [Stretch(place, nil)]
        }
    }
}

/// Objects of a case that follow each other.
struct Stretch: Sendable {
    /// Before every object: the entry of index 0 submits none.
    static let start: ObjectPlace = {
        guard let object = ObjectID([UInt8](repeating: 0, count: ObjectID.size)) else {
            preconditionFailure("an id has \(ObjectID.size) bytes")
        }
        return ObjectPlace(leaf: 0, object: object)
    }()

    /// Before the first object.
    let after: ObjectPlace
    /// The last object's place; `nil` for all that follow.
    let through: ObjectPlace?

    init(_ after: ObjectPlace, _ through: ObjectPlace?) {
        self.after = after
        self.through = through
    }

    /// All objects of the record that one entry brought.
    init(ofLeaf leaf: UInt64) {
        guard let last = ObjectID([UInt8](repeating: 0xff, count: ObjectID.size)) else {
            preconditionFailure("an id has \(ObjectID.size) bytes")
        }
        self.init(
            ObjectPlace(leaf: leaf, object: Self.start.object),
            ObjectPlace(leaf: leaf, object: last)
        )
    }

    init(of pack: RewrappedPack) throws {
        guard let after = ObjectPlace(parsing: pack.after),
            let through = ObjectPlace(parsing: pack.through), after < through
        else { throw RotationState.damage }
        self.init(after, through)
    }

    /// Whether objects of a submission may lie in it.
    func meets(_ leaf: UInt64) -> Bool {
        after.leaf <= leaf && leaf <= through?.leaf ?? .max
    }
}
