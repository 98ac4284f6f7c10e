// SPDX-License-Identifier: Apache-2.0

/// A parser and what it is held to: it ends, without a trap, and what it reads has one spelling.
struct FuzzTarget: Sendable {
    let name: String
    /// What the fuzzer begins with where chance would not find the way in: keys, checksums, codes.
    let seeds: @Sendable () throws -> [[UInt8]]
    /// Feeds the parser; traps where an invariant is broken.
    let run: @Sendable ([UInt8]) throws -> Void

    static let all =
        encodings + age + bagIt + shares + log + vault + evidence + timestamps

    init(
        _ name: String,
        seeds: @escaping @Sendable () throws -> [[UInt8]] = { [] },
        run: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.seeds = seeds
        self.run = run
    }

    /// A parser of bytes that are written again as they were read.
    static func bytes(
        _ name: String,
        seeds: @escaping @Sendable () throws -> [[UInt8]] = { [] },
        _ rewritten: @escaping @Sendable ([UInt8]) throws -> [UInt8]?
    ) -> FuzzTarget {
        FuzzTarget(name, seeds: seeds) { input in
            guard let output = try rewritten(input) else { return }
            precondition(output == input, "what was read has a second spelling")
        }
    }

    /// A parser of a text that is written again as it was read.
    static func text(
        _ name: String,
        seeds: @escaping @Sendable () throws -> [String] = { [] },
        _ rewritten: @escaping @Sendable (String) throws -> String?
    ) -> FuzzTarget {
        bytes(name, seeds: { try seeds().map { Array($0.utf8) } }) { input in
            try String(validating: input, as: UTF8.self).flatMap { try rewritten($0) }
                .map { Array($0.utf8) }
        }
    }
}
