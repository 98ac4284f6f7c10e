// SPDX-License-Identifier: Apache-2.0

import Encodings

/// 16 random bytes that name something and say nothing, written as 32 lower-case hexadecimal digits.
public struct RandomID<Kind>: Hashable, Sendable {
    /// The length in bytes.
    public static var size: Int { 16 }

    private let high: UInt64
    private let low: UInt64

    /// Takes 16 bytes as they are; any other count gives `nil`.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads 32 lower-case hexadecimal digits.
    public init?(hex text: some StringProtocol) {
        self.init(hexASCII: Array(text.utf8)[...])
    }

    /// Reads 32 lower-case hexadecimal digits where they lie.
    init?(hexASCII digits: ArraySlice<UInt8>) {
        guard let bytes = Hex.decode(ascii: digits) else { return nil }
        self.init(bytes)
    }

    /// The 16 bytes.
    public var bytes: [UInt8] {
        [high, low].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    /// 32 lower-case hexadecimal digits.
    public var hex: String { Hex.encode(bytes) }
}

extension RandomID: Comparable {
    /// Byte order, which is also the order of the hexadecimal texts.
    public static func < (left: RandomID, right: RandomID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension RandomID: CustomStringConvertible {
    /// The hexadecimal digits.
    public var description: String { hex }
}

/// What a ``CaseID`` names.
public enum CaseKind {}
/// What an ``ObjectID`` names.
public enum ObjectKind {}

/// Names a case.
public typealias CaseID = RandomID<CaseKind>
/// Names an object: one encrypted file.
public typealias ObjectID = RandomID<ObjectKind>
