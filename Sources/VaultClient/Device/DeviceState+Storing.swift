// SPDX-License-Identifier: Apache-2.0

import Foundation
import Secrets
import TransparencyLog

extension DeviceState {
    private static let header = "saksi/v1 device\n"
    /// Thousands of cases, millions of entries in them.
    private static let maximumSize = 16 << 20

    /// Reads `vault.age`; `nil` where there is none.
    ///
    /// - Throws: ``ClientError`` when this identity did not write it: it is sealed to a public key,
    ///   so anyone could have, and it says whom to trust.
    static func read(from home: DeviceHome, with identity: DeviceIdentity) throws -> DeviceState? {
        guard let sealed = try DurableFile.read(home.state, limit: maximumSize) else { return nil }
        do {
            let bytes = try identity.open(sealed)
            let note = try SignedNote(parsing: unsafe bytes.withBytes { unsafe Array($0) })
            _ = try note.verified(by: identity.verifierKeys)
            guard let json = note.text.dropPrefix(header) else {
                throw CocoaError(.coderReadCorrupt)
            }
            return try JSONDecoder().decode(DeviceState.self, from: Data(json.utf8))
        } catch {
            throw ClientError(
                .failed,
                "what this device remembers of its vault was altered: \"\(home.state.text)\"",
                hint:
                    "put it back from a copy, or run `saksi join` again, with the invitation you were "
                    + "given or a new one: the identity stays the same"
            )
        }
    }

    /// Replaces `vault.age`.
    func write(to home: DeviceHome, for identity: DeviceIdentity) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = String(decoding: try encoder.encode(self), as: UTF8.self)
        let text = Self.header + json + "\n"
        let note = try SignedNote(
            text: text,
            signatures: [identity.noteSigner().signature(over: text)]
        )
        let sealed = try unsafe note.bytes.withUnsafeBytes { try unsafe identity.seal($0) }
        try DurableFile.write(sealed, to: home.state)
    }
}
