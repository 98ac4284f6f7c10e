// SPDX-License-Identifier: Apache-2.0

/// Whom a submitter allows evidence to be given to.
public enum ConsentClass: String, CaseIterable, Sendable {
    /// Asylum authorities.
    case asylum
    /// Courts.
    case court
    /// The press.
    case media
    /// Partner organisations.
    case partner
    /// Prosecutors.
    case prosecutor
    /// Everybody.
    case `public`
    /// Bodies of the United Nations.
    case un
}

extension ConsentClass: Comparable {
    /// The order of the names, in which statements list them.
    public static func < (left: ConsentClass, right: ConsentClass) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }
}
