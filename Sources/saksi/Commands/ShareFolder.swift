// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import QRText
import Secrets
import Shares

/// A folder in which shares are written, each to a file that only its owner reads.
struct ShareFolder {
    /// The most bytes that shares are read from at once: all shares of a set.
    static let inputLimit = 1 << 16

    private let path: String
    private let withCodes: Bool

    /// Makes the folder where there is none.
    ///
    /// - Throws: ``Failure`` where a share of that name is in it: it may be the only one that opens a
    ///   case.
    init(_ path: String, count: Int, withCodes: Bool) throws {
        self.path = path
        self.withCodes = withCodes
        for number in 1...count {
            for file in [name(number), name(number, isCode: true)] {
                guard !FileManager.default.fileExists(atPath: file) else {
                    throw Failure(
                        "\"\(file)\" exists already: shares are not replaced",
                        hint: "name another folder"
                    )
                }
            }
        }
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Writes every share and waits until the disk has it; where that fails, leaves none.
    func write(_ shares: [Share]) throws {
        var written: [String] = []
        do {
            for share in shares {
                let text = share.text
                try unsafe text.withBytes { text throws(any Error) in
                    try write(to: name(share.number)) { try unsafe $0.write(text) }
                }
                written.append(name(share.number))
                guard withCodes else { continue }
                let code = try share.code(.dark).joined(separator: "\n") + "\n"
                try write(to: name(share.number, isCode: true)) { try $0.write(code.utf8) }
                written.append(name(share.number, isCode: true))
            }
        } catch {
            for file in written { try? FileManager.default.removeItem(atPath: file) }
            throw error
        }
    }

    private func write(
        to file: String,
        _ body: (inout OverlappedWriter) throws -> Void
    ) throws {
        let output = try OutputFile(path: file, replaces: false, mode: 0o600)
        var writer = output.writer
        try body(&writer)
        try output.commit()
    }

    private func name(_ number: Int, isCode: Bool = false) -> String {
        "\(path)/share-\(number)\(isCode ? "-qr" : "").txt"
    }
}

extension Share {
    /// The share as it is printed on a terminal.
    func lines(withCode: Bool) throws -> [String] {
        let text = text
        let lines = unsafe text.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
            .split(separator: "\n").map(String.init)
        return lines + (withCode ? try code(Terminal.ink) : [])
    }

    /// The share's text as a QR code.
    func code(_ ink: QRText.Ink) throws -> [String] {
        let text = text
        return try unsafe text.withBytes { text throws(any Error) in
            try unsafe QRText(text).lines(ink)
        }
    }
}
