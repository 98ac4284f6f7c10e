// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import VaultServer

/// The statuses this program exits with; no other file knows them.
enum Exit: Int32, CaseIterable {
    case done = 0
    case failed = 1
    case usage = 2

    /// What the status says, as it stands at the end of every `--help`.
    var meaning: String {
        switch self {
        case .done: "done, stopped when asked, or nothing found damaged"
        case .failed: "failed, or something found damaged"
        case .usage: "the command line or the configuration was wrong"
        }
    }
}

/// What went wrong, as the administrator reads it: lower case, no full stop, got before want.
struct Failure: Error {
    let message: String
    let status: Exit

    init(_ message: String, status: Exit = .failed) {
        self.message = message
        self.status = status
    }
}

extension Exit {
    /// Says what an error means on stderr, or on stdout where it is not one, and gives the status.
    static func report(_ error: any Error) -> Exit {
        switch error {
        case let failure as Failure: return complain(failure.message, failure.status)
        case let error as ConfigurationError: return complain("\(error)", .usage)
        case let error as StartError: return complain("\(error)", .failed)
        default: break
        }
        switch Saksid.exitCode(for: error) {
        case .success:
            let text = Saksid.fullMessage(for: error)
            print(text, terminator: text.isEmpty || text.hasSuffix("\n") ? "" : "\n")
            if text.contains("USAGE: ") {
                print("\nEXIT STATUS:")
                for status in allCases { print("  \(status.rawValue)  \(status.meaning)") }
            }
            return .done
        case .validationFailure:
            return complain(Saksid.message(for: error), .usage)
        default:
            return complain("\(error)", .failed)
        }
    }

    private static func complain(_ message: String, _ status: Exit) -> Exit {
        FileHandle.standardError.write(Data("saksid: error: \(message)\n".utf8))
        return status
    }
}
