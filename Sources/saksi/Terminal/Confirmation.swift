// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// Shows what an act will do, and does it only when the person says so.
struct Confirmation: ParsableArguments {
    @Flag(help: "Do it without asking; needed where there is no terminal.")
    var yes = false

    /// Shows what an act will do on stderr, and waits for a yes.
    ///
    /// - Throws: ``Failure`` where the answer is another, or nobody can be asked.
    func require(_ effects: [String]) throws {
        for effect in effects { Terminal.error("this \(effect)") }
        guard !yes else { return }
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw Failure("there is no terminal to ask for a yes", hint: "use --yes")
        }
        defer { close(terminal) }
        Terminal.write("go on? Type yes: ", to: terminal)
        var answer = [UInt8](repeating: 0, count: 256)
        let count = unsafe answer.withUnsafeMutableBytes {
            unsafe read(terminal, $0.baseAddress, $0.count)
        }
        guard count > 0, answer[..<count].elementsEqual("yes\n".utf8) else {
            throw Failure("not confirmed: nothing was changed")
        }
    }
}
