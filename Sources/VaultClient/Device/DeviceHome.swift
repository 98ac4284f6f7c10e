// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The folder on a device that holds everything this program keeps.
///
/// `identity.age`, `export-key.age`, `vault.age`, `audit.age`, `outbox/`, `rotations/`,
/// `reencryptions/`, `forks/`, `lock`: see the article "What is on
/// the device".
public struct DeviceHome: Sendable {
    /// The folder.
    let folder: FilePath

    /// Names the folder; nothing is created yet.
    ///
    /// - Parameter path: absolute, or seen from the current folder.
    public init?(path: String) {
        guard let folder = FilePath(bytes: Array(path.utf8)) else { return nil }
        self.folder = folder.absolute
    }

    /// Where the identity is, sealed with the passphrase.
    var identity: FilePath { folder.appending("identity.age") }
    /// Where the keys are that shall take the identity's place, sealed to it.
    var next: FilePath { folder.appending("next.age") }
    /// Where the key is that seals exports, sealed to the identity.
    var exportKey: FilePath { folder.appending("export-key.age") }
    /// Where the trust state is, sealed to the identity.
    var state: FilePath { folder.appending("vault.age") }
    /// Where the replay of an audited log is, sealed to the identity.
    var audit: FilePath { folder.appending("audit.age") }
    /// Where unfinished submissions are.
    var outbox: FilePath { folder.appending("outbox") }
    /// Where the changes of cases' keys are that are under way.
    var rotations: FilePath { folder.appending("rotations") }
    /// Where submissions are that are being sealed anew.
    var reencryptions: FilePath { folder.appending("reencryptions") }
    /// Where heads are that contradict each other.
    var forks: FilePath { folder.appending("forks") }

    /// Whether a person's keys are here.
    public var hasIdentity: Bool { identity.exists }

    /// Creates the folder, for its owner only.
    func create() throws(FileError) {
        try DurableFile.makeFolder(folder)
    }

    /// Runs one short change of the state while no other process makes one.
    ///
    /// Waits for the other to end. Nothing that takes long, such as the network, belongs inside.
    func exclusively<Result>(_ body: () throws -> Result) throws -> Result {
        let path = folder.appending("lock")
        let file = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW)
        guard file.lock(waiting: true) else { throw FileError(.open, path) }
        return try body()
    }
}
