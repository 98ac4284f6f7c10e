// SPDX-License-Identifier: Apache-2.0

/// The name of a vault's log, which is also its key's name and the first line of its checkpoints.
public enum Origin {
    /// Whether a text may name a vault: 1 to 200 printable ASCII characters, no space and no plus.
    ///
    /// Narrower than c2sp.org/signed-note, so that no two origins look the same.
    public static func isWellFormed(_ text: String) -> Bool {
        (1...200).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "+") }
    }
}
