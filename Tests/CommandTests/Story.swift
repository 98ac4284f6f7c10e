// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A served vault with an administrator, a lawyer who owns a case, and an activist who submitted to
/// it what may be given to a court.
struct Story: Sendable {
    /// The one that the tests of a suite with ``Trait/oneStory`` share.
    @TaskLocal static var shared: Story?

    let vault: LocalVault
    let admin, lawyer, activist: Person
    let caseID: String
    /// The submitted files: a testimony, then two others.
    let files: [String]

    var folder: URL { vault.folder }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Tells it on a vault that is being served.
    static func tell(on vault: LocalVault) async throws -> Story {
        let (admin, _) = try await vault.join("admin", by: vault.invitation)
        let forReader = try await admin.result("invite", "--role", "reader")
        let (lawyer, _) = try await vault.join("lawyer", by: forReader)
        _ = try await lawyer.result("export-key", "init")
        let caseID = try await lawyer.result("case", "open", "The well of 2026")
        let forSubmitter = try await admin.result(
            "invite",
            "--role",
            "submitter",
            "--case",
            caseID
        )
        let (activist, _) = try await vault.join("activist", by: forSubmitter)
        let story = Story(
            vault: vault,
            admin: admin,
            lawyer: lawyer,
            activist: activist,
            caseID: caseID,
            files: try write(["testimony.txt", "letter.txt", "picture.bin"], to: vault.folder)
        )
        _ = try await activist.result(
            "submit",
            caseID,
            story.files[1],
            story.files[2],
            "--testimony",
            story.files[0],
            "--consent",
            "court"
        )
        return story
    }

    private static func write(_ names: [String], to folder: URL) throws -> [String] {
        try names.enumerated().map { number, name in
            let file = folder.appending(path: name)
            try Data("\(name)\n".utf8 + pattern(count: 3000 * (number + 1))).write(to: file)
            return file.path
        }
    }
}

/// Bytes that do not compress or repeat soon, the same ones each time.
func pattern(count: Int) -> [UInt8] {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}

/// The suites that share one served vault.
@Suite(.oneStory) enum SharedVaultTests {}

/// Serves one vault for all tests of a suite, and stops it after the last.
struct OneStory: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let daemon = try await vault.serve { _ in
            let story = try await Story.tell(on: vault)
            try await Story.$shared.withValue(story) { try await function() }
        }
        #expect(daemon.status == 0 && daemon.error == "", "\(daemon.error)")
    }
}

extension Trait where Self == OneStory {
    /// One vault, one story for the whole suite.
    static var oneStory: Self { OneStory() }
}
