// SPDX-License-Identifier: Apache-2.0

import Secrets

/// Why a text is not an identity file.
public enum IdentityFileError: Error, Hashable, Sendable {
    /// A line is neither a comment nor an identity of a kind known here; lines count from 1.
    case unknownLine(number: Int)
    /// A line begins like an identity and is none.
    case malformedIdentity(number: Int, reason: KeyError)
    /// There is no identity.
    case noIdentity
}

/// A file of identities: one a line, with `#` comments and blank lines between them.
public enum IdentityFile {
    /// Reads the identities in their order; the caller wipes the text.
    ///
    /// - Throws: ``IdentityFileError``.
    public static func identities(in text: UnsafeRawBufferPointer) throws(IdentityFileError)
        -> [any Identity]
    {
        var identities: [any Identity] = []
        var start = 0
        var number = 0
        while start < text.count {
            let end = unsafe text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            var line = unsafe UnsafeRawBufferPointer(rebasing: text[start..<end])
            if unsafe line.last == UInt8(ascii: "\r") {
                unsafe line = UnsafeRawBufferPointer(rebasing: line.dropLast())
            }
            start = end + 1
            number += 1
            guard let first = unsafe line.first, first != UInt8(ascii: "#") else { continue }
            do {
                if unsafe line.starts(with: HybridIdentity.prefix.utf8) {
                    identities.append(try unsafe HybridIdentity(parsing: line))
                } else if unsafe line.starts(with: X25519Identity.prefix.utf8) {
                    identities.append(try unsafe X25519Identity(parsing: line))
                } else {
                    throw IdentityFileError.unknownLine(number: number)
                }
            } catch let error as KeyError {
                throw .malformedIdentity(number: number, reason: error)
            } catch {
                throw .unknownLine(number: number)
            }
        }
        guard !identities.isEmpty else { throw .noIdentity }
        return identities
    }
}

extension IdentityFileError: CustomStringConvertible {
    /// What a person reads, in lower case without a full stop; never the line itself.
    public var description: String {
        switch self {
        case .unknownLine(let number): "line \(number) is no identity of a known kind"
        case .malformedIdentity(let number, let reason): "line \(number): \(reason)"
        case .noIdentity: "there is no identity in it"
        }
    }
}
