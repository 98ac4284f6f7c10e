// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// What ends a command early: Ctrl-C, a request to end, a terminal that is gone.
///
/// The first such signal cancels an asynchronous command, which then removes what it had half done: an
/// export's folder holds evidence in clear. A second one, or one while a passphrase is asked for, or
/// during a command that only works on files, ends the program at once. The status is 128 and the
/// signal's number.
enum Interruption {
    /// Whether the command that runs removes what it had half done once it is cancelled.
    static let isCancellable = Atomic(false)
    /// The first signal that came, else 0.
    private static let received = Atomic<Int32>(0)

    /// Runs something to its end, or until a signal comes.
    static func endsEarly(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let running = Task { try await body() }
        let sources = [SIGINT, SIGTERM, SIGHUP].compactMap {
            number -> (any DispatchSourceSignal)? in
            // Whoever started the program with `nohup` wants it to go on.
            guard !isIgnored(number) else { return nil }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { take(number, running) }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        do {
            try await running.value
        } catch {
            let number = received.load(ordering: .relaxed)
            guard number != 0 else { throw error }
            Terminal.error("saksi: error: the command was interrupted")
            exit(128 + number)
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        let handler = signal(number, SIG_IGN)
        signal(number, handler)
        return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func take(_ number: Int32, _ running: Task<Void, any Error>) {
        let (isFirst, _) = received.compareExchange(
            expected: 0,
            desired: number,
            ordering: .relaxed
        )
        let isAsking = PassphraseInput.isAsking.load(ordering: .relaxed)
        if isFirst, !isAsking, isCancellable.load(ordering: .relaxed) {
            running.cancel()
        } else {
            if isAsking { PassphraseInput.showTyping() }
            _exit(128 + number)
        }
    }
}
