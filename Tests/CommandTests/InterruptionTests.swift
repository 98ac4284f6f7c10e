// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Programs killed in the middle of an upload of 16 segments.
@Suite(.serialized) struct InterruptionTests {
    private static let size = 64 << 20

    @Test(
        "saksi killed, then saksid killed: the same command completes; an interrupted export leaves none"
    )
    func killed() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let file = folder.path("film")
        let content = Data(repeating: 0x5a, count: Self.size)
        try content.write(to: URL(filePath: file))

        var people: [Person] = []
        var caseID = ""
        let first = try await vault.serve { daemon in
            let story = try await Story.tell(on: vault)
            people = [story.lawyer, story.activist]
            caseID = story.caseID
            let killed = try await submit(file, story.activist, caseID, vault) {
                $0.send(SIGKILL)
            }
            #expect(killed.status == -SIGKILL && killed.output == "")
            try await expectUnfinished(story.activist, caseID)
            // The next one goes on from there, until the daemon is gone.
            let cut = try await submit(file, story.activist, caseID, vault) { _ in
                daemon.send(SIGKILL)
            }
            expectUnreachable(cut, vault)
        }
        #expect(first.status == -SIGKILL)
        try await expectUnfinished(people[1], caseID)

        try await vault.serve { _ in
            let done = try await people[1]("submit", caseID, file, "--consent", "court")
            #expect(done.status == 0 && done.error == "")
            #expect(done.output.hasPrefix("submitted: 1 item\n"))
            #expect(try await people[1].result("outbox") == "")
            let listed = try await people[0].result("list", caseID)
            #expect(listed.split(separator: "\n").count { $0.hasPrefix("submission ") } == 2)
            #expect(listed.hasSuffix("\n  2/1  64.0 MiB  film"))
            let output = folder.path("opened")
            _ = try await people[0].result(
                "open",
                caseID,
                "2/1",
                "-o",
                output,
                "--purpose",
                "review"
            )
            #expect(FileManager.default.contentsEqual(atPath: file, andPath: output))
            try await expectNoTrace(of: folder.path("bundle"), caseID, people[0])
        }
        let check = try await BuiltProgram.saksid("check", "--data", vault.data, "--deep")
        #expect(check.status == 0 && check.output.hasSuffix("(hashed): clean\n"))
    }

    @Test("outbox resume completes a submission that was killed, outbox discard gives one up")
    func outbox() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let story = try await Story.tell(on: vault)
            let activist = story.activist
            let film = folder.path("film")
            try Data(repeating: 0x5a, count: Self.size).write(to: URL(filePath: film))
            let first = try await interrupted(film, story)
            let none = try await activist("outbox", "resume", "none")
            #expect(none.status == 1 && none.output == "")
            #expect(none.error.contains("there is no unfinished submission \"none\""))
            let done = try await activist("outbox", "resume", first)
            #expect(done.status == 0 && done.error == "")
            #expect(done.output.hasPrefix("submitted: 1 item\n"))
            #expect(try await activist.result("outbox") == "")

            try Data(repeating: 0xa5, count: Self.size).write(to: URL(filePath: film))
            let second = try await interrupted(film, story)
            #expect(second != first)
            let discarded = try await activist("outbox", "discard", second)
            #expect(discarded.status == 0 && discarded.output == "" && discarded.error == "")
            #expect(try JSON.list(try await activist.result("outbox", "--json")).isEmpty)
            let again = try await activist("outbox", "discard", second)
            #expect(again.status == 1 && again.error.contains(second))

            let listed = try await story.lawyer.result("list", story.caseID)
            #expect(listed.split(separator: "\n").count { $0.hasPrefix("submission ") } == 2)
        }
    }

    /// Kills the submission of a file, and gives the name it has in the outbox.
    private func interrupted(_ file: String, _ story: Story) async throws -> String {
        let killed = try await submit(file, story.activist, story.caseID, story.vault) {
            $0.send(SIGKILL)
        }
        #expect(killed.status == -SIGKILL)
        let jobs = try JSON.list(try await story.activist.result("outbox", "--json"))
        #expect(jobs.count == 1)
        return try #require(jobs.first?["id"] as? String)
    }

    /// Submits a file, and does something once two more of its segments are stored.
    private func submit(
        _ file: String,
        _ person: Person,
        _ caseID: String,
        _ vault: LocalVault,
        then act: @escaping @Sendable (Running) -> Void
    ) async throws -> BuiltProgram.Outcome {
        let before = vault.segments
        return try await person("submit", caseID, file, "--consent", "court") { submitting in
            // On a thread of its own: other tests keep those of the tasks busy, and it came too late.
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    while vault.segments < before + 2, submitting.isAlive { sched_yield() }
                    act(submitting)
                    continuation.resume()
                }
            }
        }
    }

    /// Interrupts an export once it has begun to write.
    private func expectNoTrace(of bundle: String, _ caseID: String, _ lawyer: Person) async throws {
        let partial = bundle + ".partial"
        let arguments = ["export", caseID, "-o", bundle, "--for", "court"]
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let cut = try await BuiltProgram.saksi.run(arguments + lawyer.options) { exporting in
                while !FileManager.default.fileExists(atPath: partial), exporting.isAlive {
                    await Task.yield()
                }
                exporting.send(signal)
            }
            #expect(cut.status == 128 + signal && cut.output == "")
            #expect(cut.error == "saksi: error: the command was interrupted\n")
            #expect(!FileManager.default.fileExists(atPath: partial))
            #expect(!FileManager.default.fileExists(atPath: bundle))
        }
        try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true)
        let left = try await BuiltProgram.saksi.run(arguments + lawyer.options)
        #expect(left.status == 1 && left.error.contains("\"\(partial)\""), "\(left.error)")
        #expect(left.error.contains("remove it"), "\(left.error)")
    }

    private func expectUnfinished(_ person: Person, _ caseID: String) async throws {
        let text = try await person("outbox")
        #expect(text.status == 0 && text.error == "")
        #expect(text.output.split(separator: "\n").count == 1)
        #expect(text.output.hasSuffix("  case \(caseID)  1 items, 64.0 MiB, 0 stored\n"))
        let jobs = try JSON.list(try await person.result("outbox", "--json"))
        #expect(jobs.count == 1)
        let members = ["bytes", "case", "created", "damaged", "id", "items", "stored"]
        #expect(jobs.first.map { Set($0.keys) } == Set(members))
        #expect(jobs.first?["bytes"] as? Int == Self.size)
    }

    private func expectUnreachable(_ outcome: BuiltProgram.Outcome, _ vault: LocalVault) {
        #expect(outcome.status == 4 && outcome.output == "")
        #expect(
            outcome.error == """
                saksi: error: the vault at \(vault.address) cannot be reached: Connection refused
                saksi: hint: run the same command again when the line is back: nothing is lost

                """
        )
    }
}

extension LocalVault {
    /// How many segments the daemon has stored.
    fileprivate var segments: Int {
        let files = FileManager.default.enumerator(atPath: data + "/segments")
        var count = 0
        while let name = files?.nextObject() as? String {
            if (name as NSString).lastPathComponent.utf8.count >= 60 { count += 1 }
        }
        return count
    }
}

extension Running {
    /// Whether it runs still; one that ended and was not waited for does not.
    fileprivate var isAlive: Bool {
        let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let state = status?.split(separator: ")").last?.split(separator: " ").first
        return state.map { $0 != "Z" && $0 != "X" } ?? false
    }
}
