// SPDX-License-Identifier: Apache-2.0

private import CQRencode

/// A QR code (ISO/IEC 18004) drawn with Unicode half blocks: two modules in each character.
///
/// For terminals and for paper, where both halves of a character are as high as it is wide. The
/// library keeps copies of the content on the heap that nobody wipes.
public struct QRText: Hashable, Sendable {
    /// Modules a side, without the margin.
    public let width: Int
    /// Row by row; `true` is dark.
    private let modules: [Bool]

    /// Modules around the code that stay light, as the standard asks.
    private static let margin = 4

    /// Makes the smallest code that holds some bytes, in byte mode.
    ///
    /// - Parameters:
    ///   - content: At most 2953 bytes, with ``Correction/low``; 2331 with ``Correction/medium``.
    ///   - correction: How much damage it survives.
    /// - Throws: ``QRTextError``.
    public init(
        _ content: some Collection<UInt8>,
        correction: Correction = .medium
    ) throws(QRTextError) {
        guard !content.isEmpty else { throw .empty }
        let bytes = Array(content)
        let made = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe QRcode_encodeData(
                CInt(clamping: bytes.count),
                bytes.baseAddress,
                0,
                correction == .low ? QR_ECLEVEL_L : QR_ECLEVEL_M
            )
        }
        // Out of memory looks the same; then nothing else works either.
        guard let code = unsafe made else { throw .tooLong(bytes.count) }
        defer { unsafe QRcode_free(code) }
        width = unsafe Int(code.pointee.width)
        // The lowest bit is the colour; the rest says what the module is for.
        modules = unsafe UnsafeBufferPointer(start: code.pointee.data, count: width * width)
            .map { $0 & 1 == 1 }
    }

    /// How much damage a code survives.
    public enum Correction: Sendable {
        /// 7 % of the code words: for screens.
        case low
        /// 15 %: for paper, which is folded.
        case medium
    }

    /// What is drawn, and what stays as the background is.
    public enum Ink: Sendable {
        /// Dark modules are drawn: black on paper, or on a light screen.
        case dark
        /// Light modules are drawn: on a dark screen.
        case light
    }

    /// Whether a module is dark; outside the code all are light.
    public func isDark(_ column: Int, _ row: Int) -> Bool {
        guard (0..<width).contains(column), (0..<width).contains(row) else { return false }
        return modules[row * width + column]
    }

    /// The code with its margin, a line for each two rows.
    public func lines(_ ink: Ink) -> [String] {
        let places = -Self.margin..<width + Self.margin
        return stride(from: places.lowerBound, to: places.upperBound, by: 2).map { row in
            String(
                places.map { column -> Character in
                    switch (isDrawn(column, row, ink), isDrawn(column, row + 1, ink)) {
                    case (true, true): "█"
                    case (true, false): "▀"
                    case (false, true): "▄"
                    case (false, false): " "
                    }
                }
            )
        }
    }

    private func isDrawn(_ column: Int, _ row: Int, _ ink: Ink) -> Bool {
        isDark(column, row) == (ink == .dark)
    }
}

/// Why there is no QR code.
public enum QRTextError: Error, Equatable, Sendable {
    /// There is nothing to draw.
    case empty
    /// It does not fit into the largest code.
    case tooLong(Int)
}

extension QRTextError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .empty: "there is nothing to draw as a QR code"
        case .tooLong(let count): "\(count) bytes do not fit into one QR code"
        }
    }
}
