// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct HelpTests {
    private static let programs = [BuiltProgram.saksi, .saksid]

    @Test("every command's help is the recorded one, and ends with the exit statuses")
    func help() async throws {
        for program in Self.programs {
            var all = ""
            var commands: [[String]] = [[]]
            while !commands.isEmpty {
                let command = commands.removeFirst()
                let outcome = try await program.run(command + ["--help"])
                #expect(outcome.status == 0 && outcome.error == "", "\(command)")
                all += "$ \(([program.name] + command).joined(separator: " ")) --help\n"
                all += outcome.output + "\n"
                expectStatuses(outcome.output, command)
                commands += Self.subcommands(outcome.output).map { command + [$0] }
            }
            try Golden.expect(all, matches: "help-\(program.name).txt")
        }
    }

    @Test("help is to be had in each of its ways, and the version")
    func ways() async throws {
        for program in Self.programs {
            let help = try await program("--help")
            for arguments in [["-h"], ["help"], []] {
                let outcome = try await program.run(arguments)
                #expect(outcome.status == 0 && outcome.error == "")
                #expect(outcome.output == help.output, "\(arguments)")
            }
            let version = try await program("--version")
            #expect(version.status == 0 && version.error == "")
            #expect(version.output.split(separator: ".").count == 3)
        }
        let command = try await BuiltProgram.saksi("help", "case", "open")
        #expect(command.output == (try await BuiltProgram.saksi("case", "open", "--help")).output)
    }

    @Test("completion scripts are made for each shell, and bash takes its own")
    func completions() async throws {
        let folder = try TemporaryFolder()
        for program in Self.programs {
            for shell in ["bash", "zsh", "fish"] {
                let outcome = try await program("--generate-completion-script", shell)
                #expect(outcome.status == 0 && outcome.error == "")
                #expect(outcome.output.contains(program.name))
                #expect(!outcome.output.contains("EXIT STATUS"))
                let script = try folder.write(outcome.output.utf8, "\(program.name).\(shell)")
                if shell == "bash" {
                    let checked = try await BuiltProgram(name: "bash")("-n", script)
                    #expect(checked.status == 0 && checked.error == "")
                }
            }
        }
    }

    private func expectStatuses(_ help: String, _ command: [String]) {
        let parts = help.split(separator: "\nEXIT STATUS:\n", omittingEmptySubsequences: false)
        #expect(parts.count == 2, "\(command)")
        let lines = parts.last?.split(separator: "\n") ?? []
        #expect(lines.count >= 3, "\(command)")
        for (number, line) in lines.enumerated() {
            #expect(line.hasPrefix("  \(number)  "), "\(command)")
        }
    }

    /// The commands that a help lists, which is how people find them.
    private static func subcommands(_ help: String) -> [String] {
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasSuffix("SUBCOMMANDS:") }) else {
            return []
        }
        return lines[(start + 1)...].prefix { !$0.isEmpty }
            // Deeper lines go on with the description of the command above.
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
    }
}
