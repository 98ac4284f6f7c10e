// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The media type of a file, told from its first bytes and never from its name.
///
/// A label for people who look through a list; nothing is decided by it. What is not recognised is
/// `application/octet-stream`, and text is only called text when its beginning is UTF-8.
enum MediaType {
    static let unknown = "application/octet-stream"

    /// Looks at the beginning of a file; what cannot be read is unknown.
    static func recognised(in path: FilePath) -> String {
        var start = [UInt8](repeating: 0, count: 4096)
        guard let file = try? Descriptor(opening: path, O_RDONLY | O_NONBLOCK) else {
            return unknown
        }
        let count = unsafe start.withUnsafeMutableBytes {
            unsafe read(file.number, $0.baseAddress, $0.count)
        }
        return of(start.prefix(max(count, 0)))
    }

    /// Recognises the first bytes of a content.
    static func of(_ start: ArraySlice<UInt8>) -> String {
        let start = Array(start)
        for (offset, mark, type) in marks
        where start.dropFirst(offset).starts(with: mark) { return type }
        if start.starts(with: Array("RIFF".utf8)) {
            let forms = ["WAVE": "audio/wav", "AVI ": "video/x-msvideo", "WEBP": "image/webp"]
            return forms[String(decoding: start.dropFirst(8).prefix(4), as: UTF8.self)] ?? unknown
        }
        return isText(start) ? "text/plain" : unknown
    }

    private static let marks: [(offset: Int, mark: [UInt8], type: String)] = [
        (0, [0xff, 0xd8, 0xff], "image/jpeg"),
        (0, [0x89] + Array("PNG\r\n".utf8), "image/png"),
        (0, Array("GIF8".utf8), "image/gif"),
        (0, Array("%PDF-".utf8), "application/pdf"),
        (0, [0x50, 0x4b, 0x03, 0x04], "application/zip"),
        (0, Array("OggS".utf8), "audio/ogg"),
        (0, Array("fLaC".utf8), "audio/flac"),
        (0, Array("ID3".utf8), "audio/mpeg"),
        (0, [0x1a, 0x45, 0xdf, 0xa3], "video/webm"),
        (0, Array("#!AMR".utf8), "audio/amr"),
        (4, Array("ftypheic".utf8), "image/heic"),
        (4, Array("ftypM4A".utf8), "audio/mp4"),
        (4, Array("ftyp3gp".utf8), "video/3gpp"),
        (4, Array("ftypqt".utf8), "video/quicktime"),
        (4, Array("ftyp".utf8), "video/mp4"),
    ]

    /// UTF-8 without control characters but white space; the last character may be cut off.
    private static func isText(_ start: [UInt8]) -> Bool {
        guard !start.isEmpty else { return false }
        let isPlain = start.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (0x09...0x0d).contains($0) }
        let isWhole = (0..<4).contains { cut in
            cut < start.count && String(validating: start.dropLast(cut), as: UTF8.self) != nil
        }
        return isPlain && isWhole
    }
}
