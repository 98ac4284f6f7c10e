// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Bulk
public import Evidence
import Foundation
public import Vault

// The vault's words as people type them.

extension Fingerprint: ExpressibleByArgument {
    /// Reads any of the three spellings.
    public init?(argument: String) { self.init(parsing: argument) }
}

extension Hash: ExpressibleByArgument {
    /// Reads 64 hexadecimal digits.
    public init?(argument: String) { self.init(hex: argument) }
}

extension ObjectID: ExpressibleByArgument {
    /// Reads 32 hexadecimal digits.
    public init?(argument: String) { self.init(hex: argument) }
}

extension ExportKey: ExpressibleByArgument {
    /// Reads both fingerprints, a blank between.
    public init?(argument: String) { self.init(parsing: argument) }
}

extension Role: ExpressibleByArgument {}

extension RevokeReason: ExpressibleByArgument {}

extension RotationReason: ExpressibleByArgument {}

extension ConsentClass: ExpressibleByArgument {}

extension ReportProfile: ExpressibleByArgument {}

extension Arrival.Channel: ExpressibleByArgument {}

extension Derivation.Kind: ExpressibleByArgument {}

extension UTCTime: ExpressibleByArgument {
    /// Reads `YYYY-MM-DDThh:mm:ssZ`.
    public init?(argument: String) { self.init(argument) }
}

/// A number of bytes as people write it: `1000`, or with a binary unit `700M`, `4G`.
struct FileSize: ExpressibleByArgument {
    let bytes: UInt64

    init?(argument: String) {
        let units: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = argument.last.flatMap { units[$0] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        guard let number = UInt64(digits), number > 0 else { return nil }
        let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !isTooLarge else { return nil }
        self.bytes = bytes
    }
}

/// One line that people send each other: in a file, on stdin, or as the argument itself.
enum TextArgument {
    /// Reads the line.
    ///
    /// - Parameters:
    ///   - argument: `-` for stdin, what begins with the prefix, or a file.
    ///   - prefixes: How such lines begin.
    ///   - what: What people call it.
    /// - Returns: The line, without blanks around it.
    /// - Throws: ``Failure`` where there is nothing to read.
    static func read(_ argument: String, prefixes: [String], what: String) throws -> String {
        let blanks = CharacterSet.whitespacesAndNewlines
        if prefixes.contains(where: argument.hasPrefix) {
            return argument.trimmingCharacters(in: blanks)
        }
        let file =
            argument == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: argument)
        guard let file else { throw Failure("cannot read the \(what) \"\(argument)\"") }
        let bytes = try file.read(upToCount: 1 << 16) ?? Data()
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: blanks)
    }
}

extension ActName: ExpressibleByArgument {}
