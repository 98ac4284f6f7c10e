// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings

/// Writes a text of `key: value` lines.
struct LineWriter {
    private(set) var text: String

    /// Begins with a first line.
    init(_ header: String) { text = header + "\n" }

    mutating func add(_ key: String, _ value: String) {
        text += key
        text += ": "
        text += value
        text += "\n"
    }

    mutating func add(_ key: String, _ fields: [String]) {
        add(key, fields.joined(separator: " "))
    }

    mutating func add(_ key: String, _ time: UTCTime) { add(key, time.text) }

    mutating func add(_ key: String, _ hash: Hash) { add(key, hash.hex) }

    mutating func add(_ key: String, _ hashes: [Hash]) { for hash in hashes { add(key, hash) } }

    mutating func add(_ key: String, _ fingerprint: Fingerprint) { add(key, fingerprint.hex) }

    mutating func add<Kind>(_ key: String, _ id: RandomID<Kind>) { add(key, id.hex) }

    mutating func add(_ key: String, base64 bytes: [UInt8]) {
        add(key, Base64.padded.encode(bytes))
    }

    mutating func add(_ key: String, _ word: some RawRepresentable<String>) {
        add(key, word.rawValue)
    }

    mutating func add(_ key: String, _ words: [some RawRepresentable<String>]) {
        for word in words { add(key, word) }
    }

    mutating func add(_ key: String, _ number: UInt64) { add(key, String(number)) }
}
