// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Bulk
import Foundation
import Secrets

/// `saksi age keygen`: makes a post-quantum identity.
struct AgeKeygen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a post-quantum identity.",
        discussion: """
            The identity is secret: whoever has it opens what is sealed to its recipient. The \
            recipient is public; it stands in a comment and is printed on standard error.
            """
    )

    @OptionGroup var output: AgeOutput

    func run() throws {
        let identity = HybridIdentity(random: SystemEntropy())
        let comments = """
            # created: \(Date.now.formatted(.iso8601))
            # public key: \(identity.recipient)

            """
        try output.write(mode: 0o600) { writer in
            var writer = writer
            try writer.write(comments.utf8)
            try unsafe identity.text.withBytes { text throws(any Error) in
                try unsafe writer.write(text)
            }
            try writer.write("\n".utf8)
        }
        Terminal.error("Public key: \(identity.recipient)")
    }
}
