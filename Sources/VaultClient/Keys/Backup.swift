// SPDX-License-Identifier: Apache-2.0

public import Age
import Bulk
import Evidence
import Foundation
import Secrets
import TransparencyLog
public import Vault

/// A person's keys on a device and what it must know of its vault, sealed with a passphrase, as text.
///
/// ```
/// saksi/v1 backup
/// made: <time>
/// sha256: <of everything that follows this line>
/// -----BEGIN AGE ENCRYPTED FILE-----
/// …
/// ```
///
/// What follows the third line opens with stock `age`; see the article "What is on the device".
public struct Backup: Sendable {
    /// The largest backup in bytes.
    public static let maximumSize = 32 << 20

    private static let header = "saksi/v1 backup"
    private static let vaultLabel = "# vault: "
    private static let exportKeyLabel = "# export-key: "

    /// What is in one.
    struct Content {
        let identity: DeviceIdentity
        let state: DeviceState
        /// What sealed the device's exports; `nil` where it had none.
        let exportKey: ExportSigner?
    }

    /// When it was made, by the device's clock.
    public let made: UTCTime
    private let sealed: [UInt8]

    /// Reads a backup; nothing is opened yet.
    ///
    /// - Throws: ``ClientError`` for another text, and for one that was damaged on its way.
    public init(parsing text: [UInt8]) throws {
        let lines = text.split(
            separator: UInt8(ascii: "\n"),
            maxSplits: 3,
            omittingEmptySubsequences: false
        )
        guard lines.count == 4, lines[0].elementsEqual(Self.header.utf8) else {
            throw ClientError(.failed, "this is no backup of keys")
        }
        guard let made = Self.value("made: ", of: lines[1]).flatMap({ UTCTime($0) }),
            let hash = Self.value("sha256: ", of: lines[2]).flatMap({ Hash(hex: $0) }),
            Hash(hashing: lines[3]) == hash
        else {
            throw ClientError(
                .failed,
                "the backup was damaged: it is not what was written",
                hint: "take another copy of it"
            )
        }
        self.made = made
        sealed = Array(lines[3])
    }

    private static func value(_ label: String, of line: ArraySlice<UInt8>) -> String? {
        guard line.starts(with: label.utf8) else { return nil }
        return String(decoding: line.dropFirst(label.utf8.count), as: UTF8.self)
    }

    /// Makes a backup of an unlocked device.
    init(
        of identity: DeviceIdentity,
        _ state: DeviceState,
        _ exportKey: ExportSigner?,
        under words: borrowing Passphrase,
        at time: UTCTime
    ) throws {
        var state = state
        // Both belong to what is under way on that device.
        state.enrolment = nil
        state.rotation = nil
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(state)
        let vaultLine = Array(Self.vaultLabel.utf8) + json + [10]
        var keys = identity.identityFile()
        var text: [UInt8] = []
        defer {
            unsafe keys.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) }
            unsafe text.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) }
        }
        // Text that grows leaves copies behind that nobody wipes.
        text.reserveCapacity(
            keys.count + Self.exportKeyLabel.utf8.count + ExportSigner.digitCount + 1
                + vaultLine.count
        )
        text += keys
        if let exportKey {
            text += Self.exportKeyLabel.utf8
            exportKey.appendDigits(to: &text)
            text.append(10)
        }
        text += vaultLine
        let file = try unsafe text.withUnsafeBytes {
            try unsafe AgeFile.seal(
                $0,
                under: words,
                workFactor: PassphraseStrength.words.workFactor,
                entropy: SystemEntropy()
            )
        }
        var armored: [UInt8] = []
        var encoder64 = ArmorEncoder()
        encoder64.encode(file, into: &armored)
        encoder64.finish(into: &armored)
        made = time
        sealed = armored
    }

    /// The backup as it is kept.
    public var text: [UInt8] {
        let lines = [Self.header, "made: \(made.text)", "sha256: \(Hash(hashing: sealed).hex)"]
        return Array((lines.joined(separator: "\n") + "\n").utf8) + sealed
    }

    /// Opens it.
    ///
    /// - Throws: ``ClientError`` where the passphrase is another.
    func open(_ words: Passphrase) throws -> Content {
        let text: SecretBytes
        do {
            text = try AgeFile.open(sealed, with: [words])
        } catch .noMatch {
            throw ClientError(.failed, "the passphrase does not open this backup")
        } catch {
            throw ClientError(.failed, "the backup is malformed: \(error)")
        }
        return try unsafe text.withBytes { text throws(any Error) in
            let lines = unsafe text.split(separator: UInt8(ascii: "\n"))
            func value(_ label: String) -> UnsafeRawBufferPointer? {
                unsafe lines.last { unsafe $0.starts(with: label.utf8) }.map {
                    unsafe UnsafeRawBufferPointer(rebasing: $0.dropFirst(label.utf8.count))
                }
            }
            let malformed = ClientError(.failed, "the backup is malformed")
            guard let json = unsafe value(Self.vaultLabel),
                let identity = try unsafe DeviceIdentity.parse(text)
            else { throw malformed }
            var exportKey: ExportSigner?
            if let digits = unsafe value(Self.exportKeyLabel) {
                exportKey = unsafe ExportSigner(digits: digits)
                guard exportKey != nil else { throw malformed }
            }
            return Content(
                identity: identity,
                state: try unsafe JSONDecoder().decode(DeviceState.self, from: Data(json)),
                exportKey: exportKey
            )
        }
    }
}

extension VaultSession {
    /// Makes a backup of a device's keys, its export key among them, and of what it knows of its vault;
    /// unfinished work is left out.
    ///
    /// - Parameters:
    ///   - home: The device.
    ///   - passphrase: Opens its identity.
    ///   - words: Shall open the backup: from ``PassphraseStrength/makeWords()``, and nothing weaker. Asked
    ///     for when nothing else is in the way: no earlier try leaves words on somebody's sheet that open
    ///     nothing.
    /// - Returns: The backup, to be written to a file.
    /// - Throws: ``ClientError``; `.failed` while new keys are under way; what `words` throws.
    public static func backUp(
        _ home: DeviceHome,
        passphrase: Passphrase,
        words: () throws -> Passphrase
    ) throws -> Backup {
        let identity = try DeviceIdentity.read(from: home, passphrase: passphrase)
        guard let state = try DeviceState.read(from: home, with: identity), state.isEnrolled else {
            throw ClientError(.failed, "this device has not joined a vault")
        }
        guard !home.next.exists else {
            throw ClientError(
                .failed,
                "new keys are under way on this device: the backup would soon be of old ones",
                hint: "finish with `saksi key rotate` first"
            )
        }
        let exportKey = try identity.exportSigner(in: home)
        return try Backup(
            of: identity,
            state,
            exportKey,
            under: words(),
            at: UTCTime(seconds: VaultClock.deviceTime)
        )
    }
}
