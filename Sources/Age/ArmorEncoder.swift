// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Puts a stream into armor, so that it survives mail and copying by hand.
public struct ArmorEncoder: Sendable {
    /// Bytes that do not fill a line yet.
    private var pending: [UInt8] = []
    private var hasBegun = false

    /// An encoder at the start of a file.
    public init() {}

    /// Encodes what comes next and appends it to `output`, in whole lines.
    public mutating func encode(_ bytes: some Collection<UInt8>, into output: inout [UInt8]) {
        if !hasBegun {
            output += ArmorDecoder.beginLine + [UInt8(ascii: "\n")]
            hasBegun = true
        }
        pending += bytes
        let whole = pending.count / Self.bytesPerLine * Self.bytesPerLine
        Self.appendLines(of: pending[..<whole], to: &output)
        pending.removeFirst(whole)
    }

    /// Ends the file.
    public consuming func finish(into output: inout [UInt8]) {
        encode([], into: &output)
        Self.appendLines(of: pending[...], to: &output)
        output += ArmorDecoder.endLine + [UInt8(ascii: "\n")]
    }

    private static func appendLines(of bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
        // Lines hold a multiple of three bytes, so all of them encode at once.
        let digits = Array(Base64.padded.encode(bytes).utf8)
        for start in stride(from: 0, to: digits.count, by: ArmorDecoder.columns) {
            output += digits[start..<min(start + ArmorDecoder.columns, digits.count)]
            output.append(UInt8(ascii: "\n"))
        }
    }

    private static let bytesPerLine = ArmorDecoder.columns / 4 * 3
}
