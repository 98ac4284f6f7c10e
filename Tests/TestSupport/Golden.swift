// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Testing

/// Bytes that we promise, kept in a folder `Golden` beside the test and compared whole.
///
/// `RECORD_GOLDEN=1` writes them anew and fails the run, so that a recording never passes for a test.
public enum Golden {
    /// Expects a text to be the recorded one.
    public static func expect(
        _ text: String,
        matches name: String,
        beside test: String = #filePath,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = URL(filePath: test).deletingLastPathComponent().appending(path: "Golden")
            .appending(path: name)
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
            Issue.record("recorded \(name)", sourceLocation: sourceLocation)
        } else {
            let recorded = try String(contentsOf: file, encoding: .utf8)
            #expect(text == recorded, "\(name) differs", sourceLocation: sourceLocation)
            #expect(
                text.utf8.elementsEqual(recorded.utf8),
                "\(name) differs in bytes",
                sourceLocation: sourceLocation
            )
        }
    }
}
