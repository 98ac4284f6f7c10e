// SPDX-License-Identifier: Apache-2.0

/// A `Range` request header (RFC 9110, section 14) against a body of known size.
enum ByteRange: Equatable {
    /// No range asked for, or a unit we do not know: the whole body.
    case whole
    /// These bytes, at least one.
    case part(Range<UInt64>)
    /// None of the bytes exist.
    case unsatisfiable

    /// Reads a header; one range only, since no client of ours asks for more.
    ///
    /// - Parameters:
    ///   - header: the header's value, if any
    ///   - size: the size of the whole body in bytes
    init(_ header: String?, size: UInt64) {
        guard let header, header.hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let bounds = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, bounds.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) }) else {
            self = .unsatisfiable
            return
        }
        switch (UInt64(bounds[0]), UInt64(bounds[1])) {
        case (let first?, let last?) where first <= last && first < size:
            self = .part(first..<Swift.min(last, size - 1) + 1)
        case (let first?, nil) where bounds[1].isEmpty && first < size:
            self = .part(first..<size)
        case (nil, let suffix?) where bounds[0].isEmpty && suffix > 0 && size > 0:
            self = .part(size - Swift.min(suffix, size)..<size)
        default:
            self = .unsatisfiable
        }
    }
}
