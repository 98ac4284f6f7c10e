// SPDX-License-Identifier: Apache-2.0

import Bulk
import Glibc
import Synchronization

/// The register of the directory engine: one file of two slots, written in turn.
///
/// A value is written over the older slot and synced; only then is it the newer one. A write that a
/// crash tore leaves a slot whose hash does not match, and the other slot, untouched, is the value:
/// one sync makes a swap durable, and there is no moment without a value. A slot is a line
///
///     saksi/v1 slot <sequence, 20 digits> <size, 8 digits> <SHA-256 of the value, hex>
///
/// then the value, then zero bytes.
struct DirectoryRegister: Register {
    /// Bytes of one slot, and so about the largest value.
    static let slotSize = 32 << 10

    let path: String
    let sync: Sync
    let threads: BlockingPool

    init(at path: String, sync: Sync, threads: BlockingPool) {
        self.path = path
        self.sync = sync
        self.threads = threads
    }

    func read() async throws(StorageError) -> [UInt8]? {
        try await threads.run { () throws(StorageError) in
            do throws(StorageError) {
                return try newest(OpenFile(path, O_RDONLY))?.value
            } catch  where error.code == .missing {
                return nil
            }
        }
    }

    func compareAndSwap(old: [UInt8]?, new: [UInt8]) async throws(StorageError) -> Bool {
        try await threads.run { () throws(StorageError) in
            guard new.count <= Self.slotSize - Slot.headerSize else {
                throw StorageError(.failed, path: path, detail: "value of \(new.count) bytes")
            }
            if unsafe access(path, F_OK) != 0 {
                guard old == nil else { return false }
                try make()
            }
            let file = try OpenFile(path, O_RDWR)
            // Between two writers of one file, in one process or in two: the whole swap is one step.
            guard flock(file.descriptor, LOCK_EX) == 0 else {
                throw StorageError.system("flock", path)
            }
            let current = try newest(file)
            guard current?.value == old else { return false }
            let slot = Slot(sequence: (current?.sequence ?? 0) + 1, value: new)
            try file.write(slot.bytes, at: slot.offset)
            sync.file(file, path)
            return true
        }
    }

    /// Makes the file with two empty slots, whole and durable before it has its name.
    private func make() throws(StorageError) {
        let temporary = "\(path).new"
        do {
            let file = try OpenFile(temporary, O_RDWR | O_CREAT | O_TRUNC)
            try file.write([UInt8](repeating: 0, count: 2 * Self.slotSize), at: 0)
            sync.file(file, temporary)
        }
        defer { unsafe unlink(temporary) }
        // Another writer's file is as good: the swap below decides between the two.
        guard unsafe link(temporary, path) == 0 || errno == EEXIST else {
            throw StorageError.system("link", path)
        }
        try sync.folder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    private func newest(_ file: borrowing OpenFile) throws(StorageError) -> Slot? {
        let size = try file.size()
        guard size == 2 * Self.slotSize else {
            // What is cut off might have been the newer slot: nothing may be concluded.
            throw StorageError(.damaged, path: path, detail: "\(size) bytes")
        }
        let places = [
            try file.read(Self.slotSize, at: 0),
            try file.read(Self.slotSize, at: UInt64(Self.slotSize)),
        ]
        let slots = places.compactMap { Slot(parsing: $0) }
        if let newest = slots.max(by: { $0.sequence < $1.sequence }) { return newest }
        // Every value after the first leaves that one's slot, the odd one, or its own whole. So there
        // was none yet if the even slot was never written: the first write may have been torn.
        guard places[0].allSatisfy({ $0 == 0 }) else {
            throw StorageError(.damaged, path: path, detail: "no slot is whole")
        }
        return nil
    }
}

/// One of the two places of a register's file.
private struct Slot {
    /// Bytes of the header line.
    static let headerSize = 109
    let sequence: UInt64
    let value: [UInt8]

    /// The header line of this slot.
    private var header: String {
        "saksi/v1 slot \(padded(sequence, 20)) \(padded(UInt64(value.count), 8)) "
            + "\(Hash(hashing: value).hex)\n"
    }

    /// What the slot's place holds on the disk.
    var bytes: [UInt8] {
        let used = Array(header.utf8) + value
        return used + [UInt8](repeating: 0, count: DirectoryRegister.slotSize - used.count)
    }

    /// Where the slot lies in the file.
    var offset: UInt64 { sequence % 2 * UInt64(DirectoryRegister.slotSize) }

    init(sequence: UInt64, value: [UInt8]) {
        self.sequence = sequence
        self.value = value
    }

    /// Reads a place; gives `nil` for an empty slot and for one that a crash tore.
    init?(parsing place: [UInt8]) {
        guard place.count == DirectoryRegister.slotSize else { return nil }
        let header = String(decoding: place[..<Self.headerSize], as: UTF8.self)
        let fields = header.split(separator: " ")
        guard fields.count == 5, let sequence = UInt64(fields[2]), let size = Int(fields[3]),
            0...(place.count - Self.headerSize) ~= size
        else { return nil }
        self.init(
            sequence: sequence,
            value: Array(place[Self.headerSize..<(Self.headerSize + size)])
        )
        guard self.header == header else { return nil }
    }

    private func padded(_ number: UInt64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
