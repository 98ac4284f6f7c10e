// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import Foundation
import Testimony

/// `saksi testimony`: records of what somebody witnessed, and of consent, as files of this device.
struct TestimonyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "testimony",
        abstract: "Write down what somebody witnessed, question by question.",
        subcommands: [
            TestimonyNew.self, TestimonyEdit.self, TestimonyCheck.self, TestimonyShow.self,
        ]
    )
}

/// `saksi testimony new FILE`: an empty form.
struct TestimonyNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract:
            "Begin a record: a file with the questions, in an editor where there is a terminal.",
        discussion: """
            Answers may be in any language and script. The file is readable by whoever has this device: \
            remove it once it is submitted.
            """
    )

    @Flag(help: "A record of consent, not of what was witnessed.")
    var consent = false

    @Argument(help: ArgumentHelp("The new file.", valueName: "file"), completion: .file())
    var file: String

    func run() throws {
        try RecordText.write(
            consent ? ConsentRecord.template : TestimonyRecord.template,
            to: file,
            replacing: false
        )
        guard Editor.isThere else {
            Terminal.error("answer the questions in \(file)")
            return
        }
        try Editor.open(file)
        Terminal.result("\(file): \(try RecordFile(file).summary)")
    }
}

/// `saksi testimony edit FILE`: changes a record, or begins its next version.
struct TestimonyEdit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract:
            "Change a record that is not submitted yet, or begin the next version of one that is.",
        discussion: """
            What was submitted is never changed. With --replaces the next version goes to a new file, and \
            names the version before it by the commitment to its file.
            """
    )

    @Argument(help: ArgumentHelp("The record.", valueName: "file"), completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp(
            "The commitment to the file of the version that was submitted.",
            valueName: "hash"
        )
    )
    var replaces: Hash?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The new file of the next version.", valueName: "file"),
        completion: .file()
    )
    var output: String?

    func validate() throws {
        guard (replaces == nil) == (output == nil) else {
            throw ValidationError("--replaces and --output go together")
        }
    }

    func run() throws {
        if let replaces, let output {
            guard case .testimony(let record) = try RecordFile(file) else {
                throw Failure("\"\(file)\" is not a testimony")
            }
            let next = try record.replacing(replaces)
            try RecordText.write(next.draft, to: output, replacing: false)
        } else if let record = try? RecordFile(file) {
            // Every question, also those that had no answer.
            try RecordText.write(record.draft, to: file, replacing: true)
        }
        let file = output ?? file
        if Editor.isThere { try Editor.open(file) }
        Terminal.result("\(file): \(try RecordFile(file).summary)")
    }
}

/// `saksi testimony check FILE…`: whether records can be submitted.
struct TestimonyCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether records are complete, and else what is wrong, by line and field."
    )

    @Argument(help: ArgumentHelp("The records.", valueName: "file"), completion: .file())
    var files: [String]

    func run() throws {
        for file in files { Terminal.result("\(file): \(try RecordFile(file).summary)") }
    }
}

/// `saksi testimony show FILE`: what a record says.
struct TestimonyShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a record in its one spelling, or what a later version tells differently.",
        discussion: "The one spelling is what is submitted, whatever else stands in the file."
    )

    @Argument(help: ArgumentHelp("The record.", valueName: "file"), completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp("An earlier version: show what changed.", valueName: "file"),
        completion: .file()
    )
    var since: String?

    func run() throws {
        let record = try RecordFile(file)
        guard let since else {
            for line in record.text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
                .dropLast()
            {
                Terminal.result(String(decoding: line, as: UTF8.self))
            }
            return
        }
        guard case .testimony(let later) = record,
            case .testimony(let earlier) = try RecordFile(since)
        else { throw Failure("only versions of a testimony are compared") }
        for change in later.changes(since: earlier) {
            Terminal.result(change.path)
            if let before = change.before { Terminal.result("  before: \(before)") }
            if let after = change.after { Terminal.result("  now:    \(after)") }
        }
    }
}

/// A record's text in a file that only its owner reads.
private enum RecordText {
    static func write(_ text: String, to path: String, replacing: Bool) throws {
        let output = try OutputFile(
            path: path,
            replaces: replacing,
            mode: 0o600,
            takesStreams: false
        )
        var writer = output.writer
        try writer.write(Array(text.utf8))
        try output.commit()
    }
}
