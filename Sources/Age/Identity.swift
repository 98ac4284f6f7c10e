// SPDX-License-Identifier: Apache-2.0

/// What opens files: a private key or a passphrase.
public protocol Identity: AnyObject, Sendable {
    /// The file key from the first stanza that this identity opens, or `nil` where none does.
    ///
    /// - Throws: ``HeaderError`` where a stanza of this identity's own type breaks its format, even
    ///   when another one would open; where its share would fix the shared secret, unless one before
    ///   it opened; and where a passphrase has company, wants more work than is read, or more memory
    ///   than there is.
    func fileKey(from stanzas: [Stanza]) throws(HeaderError) -> FileKey?
}

extension Stanza {
    /// Checks what all types share: the number of arguments, and the length of the body before any
    /// of it is decrypted (a longer one could be made to open under two keys).
    func check(argumentCount: Int) throws(HeaderError) {
        guard arguments.count == argumentCount else { throw .wrongArgumentCount(type: type) }
        guard body.count == FileKey.wrappedSize else { throw .wrongBodySize(type: type) }
    }
}
