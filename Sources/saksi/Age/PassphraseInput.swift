// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Foundation
import Secrets
import Synchronization

/// Passphrases from files and from the terminal, in guarded memory all the way.
enum PassphraseInput {
    /// Whether the terminal hides what is typed right now.
    static let isAsking = Atomic(false)

    /// The longest passphrase that is read, in bytes.
    private static let limit = 4096

    /// A file's content, less one line end.
    static func file(_ path: String) throws -> Passphrase {
        let content = try secret(at: path, limit: limit)
        return Passphrase(unsafe content.withBytes { unsafe trimmed($0) })
    }

    /// What is typed after a question, without showing it.
    static func terminal(_ question: String) throws -> Passphrase {
        Passphrase(try ask(question))
    }

    /// A new passphrase, typed twice.
    static func chosenOnTerminal() throws -> Passphrase {
        let first = try ask("New passphrase: ")
        guard first.count > 0 else { throw Failure("the passphrase is empty") }
        let second = try ask("Again: ")
        guard first.equals(second) else { throw Failure("the two passphrases differ") }
        return Passphrase(first)
    }

    /// All of a file that holds a secret.
    ///
    /// - Throws: ``Failure`` where it is larger than the limit, in bytes; `FileError`.
    static func secret(at path: String, limit: Int) throws -> SecretBytes {
        let file = try FileSource(path: path)
        var buffer = SecretBytes(count: limit + 1)
        let count = try unsafe buffer.withMutableBytes { buffer throws(any Error) in
            try unsafe file.fill(buffer)
        }
        guard count <= limit else { throw Failure("\"\(path)\": larger than \(limit) bytes") }
        return unsafe buffer.withBytes { unsafe SecretBytes(copying: $0.prefix(count)) }
    }

    private static func ask(_ question: String) throws -> SecretBytes {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw Failure(
                "there is no terminal to ask for a passphrase",
                hint: "use --passphrase-file"
            )
        }
        defer { close(terminal) }
        var shown = termios()
        guard unsafe tcgetattr(terminal, &shown) == 0 else {
            throw Failure("the terminal cannot hide what is typed", hint: "use --passphrase-file")
        }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        isAsking.store(true, ordering: .relaxed)
        unsafe tcsetattr(terminal, TCSAFLUSH, &hidden)
        defer {
            unsafe tcsetattr(terminal, TCSAFLUSH, &shown)
            isAsking.store(false, ordering: .relaxed)
        }
        Terminal.write(Terminal.plain(question), to: terminal)
        var line = SecretBytes(count: limit)
        let count = unsafe line.withMutableBytes { line in
            unsafe read(terminal, line.baseAddress, line.count)
        }
        Terminal.write("\n", to: terminal)
        guard count >= 0 else { throw FileError("read", "/dev/tty") }
        return unsafe line.withBytes { unsafe trimmed(.init(rebasing: $0.prefix(count))) }
    }

    /// Lets the terminal show again what is typed, where a signal ends the program at the question.
    static func showTyping() {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { return }
        defer { close(terminal) }
        var state = termios()
        guard unsafe tcgetattr(terminal, &state) == 0 else { return }
        state.c_lflag |= tcflag_t(ECHO)
        unsafe tcsetattr(terminal, TCSANOW, &state)
        Terminal.write("\n", to: terminal)
    }

    private static func trimmed(_ text: UnsafeRawBufferPointer) -> SecretBytes {
        var end = text.count
        if end > 0, unsafe text[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end < text.count, end > 0, unsafe text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return unsafe SecretBytes(copying: text.prefix(end))
    }
}
