// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testimony
import Vault

/// A record of either kind, as a file of this device.
enum RecordFile {
    case testimony(TestimonyRecord)
    case consent(ConsentRecord)

    /// Reads a file.
    ///
    /// - Throws: ``Failure`` where it cannot be read, or is no record: then a line was printed on stderr for
    ///   each thing that is wrong.
    init(_ path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: 2 << 20)
        else { throw Failure("cannot read \"\(path)\"") }
        let bytes = Array(data)
        do throws(FormError) {
            self = .testimony(try TestimonyRecord(parsing: bytes))
        } catch {
            guard error.isOfOtherForm, let record = try? ConsentRecord(parsing: bytes) else {
                throw Self.failure(Self.problems(of: bytes, error), in: path)
            }
            self = .consent(record)
        }
    }

    /// The problems of the form that the file says it is.
    private static func problems(of bytes: [UInt8], _ error: FormError) -> [FormProblem] {
        guard error.isOfOtherForm else { return error.problems }
        do throws(FormError) {
            _ = try ConsentRecord(parsing: bytes)
            return error.problems
        } catch let other {
            return other.isOfOtherForm ? error.problems : other.problems
        }
    }

    private static func failure(_ problems: [FormProblem], in path: String) -> Failure {
        for problem in problems { Terminal.error("\(path): \(problem)") }
        return Failure(
            "\"\(path)\" is not ready: \(Amount.count(problems.count, "answer")) to look at again",
            hint: "`saksi testimony edit` opens it in an editor"
        )
    }

    /// The record in its one spelling.
    var text: String {
        switch self {
        case .testimony(let record): record.text
        case .consent(let record): record.text
        }
    }

    /// The record with all questions.
    var draft: String {
        switch self {
        case .testimony(let record): record.draft
        case .consent(let record): record.draft
        }
    }

    /// What it is, in one line.
    var summary: String {
        switch self {
        case .testimony(let record):
            return "a testimony, \(Amount.count(record.leaves.count, "fact"))"
                + (record.replaces.map { ", in the place of \($0)" } ?? "")
        case .consent(let record):
            let classes = record.classes.map(\.rawValue).joined(separator: " ")
            return "a consent of \(Amount.count(record.people.count, "person")) for "
                + (classes.isEmpty ? "nobody" : classes)
        }
    }
}

extension ConsentRecord {
    /// Reads a file.
    ///
    /// - Throws: ``Failure``.
    init(file path: String) throws {
        guard case .consent(let record) = try RecordFile(path) else {
            throw Failure("\"\(path)\" is not a record of consent")
        }
        self = record
    }

    /// The facts by their paths.
    var facts: [String: String] {
        Dictionary(leaves.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
    }
}

extension FormError {
    /// Whether the record says that it is of another form.
    fileprivate var isOfOtherForm: Bool {
        problems.contains { problem in
            if case .otherForm = problem.rule { true } else { false }
        }
    }
}

/// Where a person writes the answers.
enum Editor {
    /// Opens a file in `$VISUAL`, `$EDITOR` or nano, and waits.
    ///
    /// - Throws: ``Failure`` where the editor does not end well.
    static func open(_ path: String) throws {
        let quoted = "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
        guard unsafe system("${VISUAL:-${EDITOR:-nano}} \(quoted)") == 0 else {
            throw Failure("the editor did not end well: \"\(path)\" is as it left it")
        }
    }

    /// Whether somebody sits at a terminal.
    static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }
}
