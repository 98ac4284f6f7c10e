// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import VaultClient

/// The statuses this program exits with; no other file knows them.
enum Exit: Int32, CaseIterable {
    case done = 0
    case failed = 1
    case usage = 2
    case refused = 3
    case network = 4
    case untrusted = 5

    /// What the status says, as it stands at the end of every `--help`.
    var meaning: String {
        switch self {
        case .done: "done, or verified"
        case .failed: "failed, or not verified"
        case .usage: "the command line was wrong"
        case .refused: "the vault refused: a rule does not allow it"
        case .network: "the vault cannot be reached: run the same command again to resume"
        case .untrusted: "the vault is not to be trusted: forked, rolled back or another key"
        }
    }

    private init(of code: ClientError.Code) {
        switch code {
        case .failed: self = .failed
        case .refused: self = .refused
        case .network: self = .network
        case .untrusted: self = .untrusted
        }
    }

    /// What a command that only works on files on this device exits with.
    static let offline: [Exit] = [.done, .failed, .usage]
}

/// What went wrong, as the person at the terminal reads it.
///
/// The message is lower case without a full stop: what was got before what was wanted.
struct Failure: Error {
    let message: String
    let hint: String?
    let status: Exit

    init(_ message: String, hint: String? = nil, status: Exit = .failed) {
        self.message = message
        self.hint = hint
        self.status = status
    }
}

/// A command whose help ends with the exit statuses that it documents.
protocol StatusDocumented {
    /// In ascending order; ``Exit/offline`` for a command that does not say.
    static var exits: [Exit] { get }
}

extension Exit {
    /// Says what an error means on stderr, or on stdout where it is not one, and gives the status.
    static func report(_ error: any Error) -> Exit {
        if let failure = error as? Failure {
            return complain(failure)
        }
        switch Saksi.exitCode(for: error) {
        case .success:
            let text = Saksi.fullMessage(for: error)
            print(text, terminator: text.isEmpty || text.hasSuffix("\n") ? "" : "\n")
            if text.contains("\nUSAGE: ") || text.hasPrefix("USAGE: ") {
                print("\nEXIT STATUS:")
                for status in exits(inHelp: text) {
                    print("  \(status.rawValue)  \(status.meaning)")
                }
            }
            return .done
        case .validationFailure:
            return complain(usageFailure(error))
        default:
            let error = ClientError(describing: error)
            return complain(
                Failure(error.message, hint: error.hint, status: Exit(of: error.code))
            )
        }
    }

    private static func complain(_ failure: Failure) -> Exit {
        Terminal.error("saksi: error: \(failure.message)")
        if let hint = failure.hint {
            Terminal.error("saksi: hint: \(hint)")
        }
        return failure.status
    }

    private static func usageFailure(_ error: any Error) -> Failure {
        // The parser lists the values it wants in lines of their own.
        let parts = Saksi.message(for: error).components(separatedBy: "\n  - ")
        var message = parts[0]
        if parts.count > 1 { message += " " + parts.dropFirst().joined(separator: ", ") }
        if let first = message.first {
            message.replaceSubrange(...message.startIndex, with: first.lowercased())
        }
        let see = Saksi.fullMessage(for: error).split(separator: "\n").last ?? ""
        let command = see.split(separator: "'").dropFirst().first ?? "saksi --help"
        return Failure(
            message.hasSuffix(".") ? String(message.dropLast()) : message,
            hint: "see '\(command)'",
            status: .usage
        )
    }

    /// The argument parser has no place for text after the options, so the command is found again
    /// by the path on its usage line.
    private static func exits(inHelp text: String) -> [Exit] {
        let usage = text.split(separator: "\n").first { $0.hasPrefix("USAGE: ") } ?? ""
        var command: any ParsableCommand.Type = Saksi.self
        for word in usage.split(separator: " ").dropFirst(2) {
            let next = command.configuration.subcommands.first { $0._commandName == word }
            guard let next else { break }
            command = next
        }
        return (command as? any StatusDocumented.Type)?.exits ?? offline
    }
}
