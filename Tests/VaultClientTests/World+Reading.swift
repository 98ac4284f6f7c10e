// SPDX-License-Identifier: Apache-2.0

import Foundation
import Vault

@testable import VaultClient

/// A case that is submitted to and read.
extension World {
    /// Runs a test in a world whose case has a second reader, `monitor`, and two submissions of a file each.
    static func withReadCase(
        _ body: (World, CaseID, _ monitor: Fingerprint) async throws -> Void
    ) async throws {
        try await run { world in
            let id = try await world.peopled()
            let monitor = try await world.reader("monitor")
            try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            for number in 1...2 { try await world.submit("file \(number)", to: id) }
            try await body(world, id, monitor)
        }
    }

    /// Submits a file that holds its own name, as the activist.
    func submit(_ text: String, to id: CaseID) async throws {
        let file = try folder.write(text, Array(text.utf8))
        _ = try await act(as: "activist") {
            try await $0.submit(
                SubmissionRequest(caseName: id.hex, files: [file], consent: [.court])
            )
        }
    }

    /// What a reader finds in a file.
    func read(_ item: String, of id: CaseID, as name: String) async throws -> String {
        let path = folder.child(UUID().uuidString)
        try await act(as: name) { try await $0.open(item, of: id.hex, for: "x", to: path) }
        return try String(contentsOfFile: path, encoding: .utf8)
    }
}
