// SPDX-License-Identifier: Apache-2.0

/// A table for as many keys as a log has entries, from which nothing is removed.
///
/// Keys and values lie densely, in 64 parts that grow one after the other and by an eighth: so nothing
/// is ever held twice, and 5 to 11 bytes are spent beside each key and value. Keys are hashed with the
/// process's own seed: nobody can choose them so that they collide.
struct CompactTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Part {
        var keys: [Key] = []
        var values: [Value] = []
        /// Where a key with that hash is, counted from 1; 0 where there is none.
        ///
        /// A power of two, at most three quarters taken.
        var slots: [UInt32] = []

        func place(of key: Key, _ hash: UInt) -> Int? {
            guard !slots.isEmpty else { return nil }
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 {
                let place = Int(slots[slot]) - 1
                if keys[place] == key { return place }
                slot = (slot + 1) & mask
            }
            return nil
        }

        mutating func set(_ value: Value, for key: Key, _ hash: UInt) {
            if let place = place(of: key, hash) {
                values[place] = value
                return
            }
            if (keys.count + 1) * 4 > slots.count * 3 {
                slots = [UInt32](repeating: 0, count: max(16, slots.count * 2))
                for place in keys.indices {
                    take(UInt32(place + 1), UInt(bitPattern: keys[place].hashValue))
                }
            }
            if keys.count == keys.capacity {
                // An array that grows by itself doubles.
                let capacity = keys.count + keys.count / 8 + 8
                keys.reserveCapacity(capacity)
                values.reserveCapacity(capacity)
            }
            keys.append(key)
            values.append(value)
            take(UInt32(keys.count), hash)
        }

        private mutating func take(_ number: UInt32, _ hash: UInt) {
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = number
        }
    }

    private static var partBits: Int { 6 }

    private var parts = [Part](repeating: Part(), count: 1 << partBits)

    /// How many keys there are.
    var count: Int { parts.reduce(0) { $0 + $1.keys.count } }

    /// The value of a key; the last one that was set.
    subscript(key: Key) -> Value? {
        get {
            let hash = Self.hash(key)
            let part = parts[Self.part(hash)]
            return part.place(of: key, hash).map { part.values[$0] }
        }
        set {
            guard let newValue else { preconditionFailure("nothing is removed") }
            let hash = Self.hash(key)
            parts[Self.part(hash)].set(newValue, for: key, hash)
        }
    }

    /// Lends all keys and values, in no particular order.
    func forEach<Failure: Error>(_ body: (Key, Value) throws(Failure) -> Void) throws(Failure) {
        for part in parts {
            for place in part.keys.indices { try body(part.keys[place], part.values[place]) }
        }
    }

    private static func hash(_ key: Key) -> UInt { UInt(bitPattern: key.hashValue) }

    private static func part(_ hash: UInt) -> Int { Int(hash >> UInt(UInt.bitWidth - partBits)) }
}

extension CompactTable: Equatable where Value: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        guard left.count == right.count else { return false }
        var isSame = true
        left.forEach { key, value in isSame = isSame && right[key] == value }
        return isSame
    }
}
