// SPDX-License-Identifier: Apache-2.0

import Testing
import TransparencyLog

@Suite struct CheckpointSubmissionTests {
    let log: SmallLog
    let note: SignedNote

    init() throws {
        log = try SmallLog(entries: 5)
        note = try log.note()
    }

    private var witness: CosignatureSigner { log.witnesses[0] }

    private func begin(knownSize: UInt64 = 0) -> CheckpointSubmission {
        CheckpointSubmission(
            of: note,
            size: 5,
            to: witness.verifierKey,
            knownSize: knownSize
        )
    }

    private func line(
        by signer: CosignatureSigner,
        time: UInt64 = 1_800_000_000
    ) throws -> NoteSignature {
        try signer.signature(over: log.checkpoint, time: time)
    }

    private func good(_ lines: String...) -> CheckpointSubmission.Answer {
        .init(status: 200, body: Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    private func answer(_ status: Int, _ body: String = "") -> CheckpointSubmission.Answer {
        .init(status: status, body: Array(body.utf8))
    }

    @Test("takes the one line that verifies under the pinned key")
    func cosigned() throws {
        var submission = begin()
        #expect(submission.oldSize == 0)
        let own = try line(by: witness)
        let others = try [
            line(by: log.witnesses[1]).line, log.log.signature(over: note.text).line, "nonsense",
        ]
        let outcome = submission.receive(good(others[0], others[1], own.line, others[2]))
        #expect(outcome == .cosigned(own, time: 1_800_000_000))
    }

    @Test("takes nothing from an answer without the witness's line")
    func noCosignature() throws {
        for body in try ["", "\n", "— \n", line(by: log.witnesses[1]).line] {
            var submission = begin()
            #expect(submission.receive(good(body)) == .failed(.noCosignature))
        }
        var timeless = begin()
        let zero = try line(by: witness, time: 0)
        #expect(timeless.receive(good(zero.line)) == .failed(.noCosignature))
    }

    @Test("takes nothing where one of the witness's lines is for another tree")
    func badCosignature() throws {
        let other = try SmallLog(entries: 6)
        let wrong = try witness.signature(over: other.checkpoint, time: 1)
        for lines in try [[wrong.line], [line(by: witness).line, wrong.line]] {
            var submission = begin()
            let outcome = submission.receive(good(lines.joined(separator: "\n")))
            guard case .failed(.badCosignature) = outcome else {
                Issue.record("\(String(describing: outcome))")
                continue
            }
        }
    }

    @Test("learns the size from a 409, and again where the witness has moved on")
    func learns() throws {
        var submission = begin()
        #expect(submission.receive(answer(409, "3\n")) == nil)
        #expect(submission.oldSize == 3)
        #expect(submission.receive(answer(409, "5\n")) == nil)
        #expect(submission.oldSize == 5)
        let own = try line(by: witness)
        #expect(submission.receive(good(own.line)) == .cosigned(own, time: 1_800_000_000))
    }

    @Test("begins with what it knows, but never above the checkpoint")
    func known() {
        #expect(begin(knownSize: 4).oldSize == 4)
        #expect(begin(knownSize: 9).oldSize == 5)
    }

    @Test("follows a witness that knows less than it did")
    func shrunk() {
        var submission = begin(knownSize: 4)
        #expect(submission.receive(answer(409, "0\n")) == nil)
        #expect(submission.oldSize == 0)
    }

    @Test("says where the witness knows a larger tree")
    func larger() {
        var submission = begin()
        #expect(submission.receive(answer(409, "6\n")) == .larger(6))
    }

    @Test("gives up on a witness that never settles on a size")
    func restless() {
        var submission = begin()
        for size in [1, 2, 3] { #expect(submission.receive(answer(409, "\(size)\n")) == nil) }
        #expect(submission.receive(answer(409, "4\n")) == .failed(.badSize))
    }

    @Test(
        "gives up on a size in any other spelling",
        arguments: ["", "3", "03\n", "3\n\n", "-1\n"]
    )
    func badSize(body: String) {
        var submission = begin()
        #expect(submission.receive(answer(409, body)) == .failed(.badSize))
    }

    @Test("takes a refusal of the same size for a fork, in both spellings of the specification")
    func forked() {
        for answer in [answer(422), answer(409), answer(409, "5\n")] {
            var submission = begin(knownSize: 5)
            #expect(submission.receive(answer) == .forked(knownSize: 5))
        }
    }

    @Test("takes a refused proof for a fork after one more attempt")
    func forkedBefore() {
        var submission = begin(knownSize: 3)
        #expect(submission.receive(answer(422)) == nil)
        #expect(submission.oldSize == 3)
        #expect(submission.receive(answer(422)) == .forked(knownSize: 3))
    }

    @Test("takes no refusal for a fork where nothing was cosigned before")
    func nothingToFork() {
        var submission = begin()
        #expect(submission.receive(answer(422)) == .failed(.status(422)))
    }

    @Test("ends with any other status", arguments: [100, 204, 301, 400, 403, 404, 429, 500, 503])
    func otherStatus(status: Int) {
        var submission = begin()
        #expect(submission.receive(answer(status, "3\n")) == .failed(.status(status)))
    }
}
