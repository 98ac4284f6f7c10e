// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct RotationCommandTests {
    @Test("a rotation that is interrupted says what is left, goes on, and can be given up")
    func story() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        var people: [Person] = []
        var id = ""
        try await vault.serve { _ in
            let story = try await Story.tell(on: vault)
            people = [story.admin, story.lawyer]
            id = story.caseID
        }
        let (admin, lawyer) = (people[0], people[1])

        let silence = try SilentListener(port: vault.port)
        let cut = try await lawyer("case", "rotate", id) { rotating in
            #expect(await silence.connected())
            rotating.send(SIGINT)
        }
        silence.close()
        #expect(cut.status == 128 + SIGINT && cut.output == "")
        #expect(
            cut.error == """
                saksi: note: the case is what it was; the same command goes on where this one stopped
                saksi: error: the command was interrupted

                """
        )

        try await vault.serve { _ in
            let none = try await lawyer("case", "rotate", id, "--discard")
            #expect(none.status == 1 && none.error.contains("no unfinished change"))
            let rotated = try await lawyer.result("case", "rotate", id)
            #expect(rotated.hasPrefix("epoch: 2\nobjects: 4\n"))
            // Nothing can end this one.
            _ = try await admin.result("admin", "freeze")
            let stuck = try await lawyer("case", "rotate", id)
            #expect(stuck.status == 3, "\(stuck.error)")
            let discarded = try await lawyer("case", "rotate", id, "--discard")
            #expect(discarded.status == 0 && discarded.output == "" && discarded.error == "")
            let again = try await lawyer("case", "rotate", id, "--discard")
            #expect(again.status == 1)
        }
    }
}

/// Takes connections at a port and says nothing.
private struct SilentListener {
    private let listener: Int32

    init(port: UInt16) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw POSIXError(.EMFILE) }
        var reuse: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        address.sin_port = port.bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, length) == 0 && listen(listener, 8) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRINUSE) }
    }

    /// Waits for somebody, who then waits for an answer.
    func connected() async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [listener] in
                continuation.resume(returning: accept(listener, nil, nil) >= 0)
            }
        }
    }

    func close() { _ = Glibc.close(listener) }
}
