// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Evidence

/// What is genuine, but of another bundle: of the same case, sealed with the same key, stamped by the same
/// authorities.
@Suite struct GraftTests {
    private let bundle: TestBundle
    private let other: TestBundle

    init() async throws {
        (bundle, other) = try await TestBundle.twiceExported()
    }

    /// The files of the other bundle that this one has too, and that say something else.
    private func grafts() throws -> [(path: String, bytes: [UInt8])] {
        let shared = Set(try bundle.listing()).intersection(try other.listing()).sorted()
        return try shared.map { ($0, try other.bytes($0)) }
            .filter { try bundle.bytes($0.0) != $0.1 }
    }

    @Test(
        "each file of another bundle is refused where the article says",
        arguments: [false, true]
    )
    func files(isResealed: Bool) async throws {
        let table = try MutationTable()
        let column = FileChange.flip.column(isResealed: isResealed)
        let grafts = try grafts()
        #expect(grafts.count > 20)
        // What differs in bag-info.txt is the sizes, which are made anew.
        for (path, bytes) in grafts where !isResealed || path != BundleLayout.info {
            await Task.yield()
            guard case .steps(let steps, let orNone) = try table.cell(path, column) else {
                continue
            }
            let failures = try bundle.failures(coveredUp: isResealed) {
                try TestBundle.write(bytes, to: "\($0)/\(path)")
            }
            #expect(failures.first.map(steps.contains) ?? orNone, "\(path): \(failures)")
        }
    }

    @Test("the seal of another bundle with all that came of it is refused")
    func seal() throws {
        let failures = try bundle.failures { copy in
            for path in try other.listing() where BundleLayout.isUnsealed(path) {
                try TestBundle.write(other.bytes(path), to: "\(copy)/\(path)")
            }
        }
        #expect(failures.first == "seal.files", "\(failures)")
    }

    @Test("a stamp of another bundle's seal is refused, also where it is on the closing list")
    func stamps() throws {
        for number in 1...2 {
            let path = "seal/SEAL.txt.tsa\(number).tsr"
            let token = try other.bytes(path)
            let graft = { (copy: String) in try TestBundle.write(token, to: "\(copy)/\(path)") }
            #expect(try bundle.failures(after: graft).first == "seal.closing")
            let failures = try bundle.failures {
                try graft($0)
                try Mutation.close($0)
            }
            #expect(failures == ["seal.time"])
        }
    }

    @Test("the stamps of two authorities do not take each other's place")
    func exchanged() throws {
        let exchange = { (copy: String, stem: String) in
            try Mutation.swap("\(copy)/\(stem).tsa1.tsr", "\(copy)/\(stem).tsa2.tsr")
        }
        var failures = try bundle.failures { try exchange($0, "seal/SEAL.txt") }
        #expect(failures.first == "seal.closing", "\(failures)")
        failures = try bundle.failures {
            try exchange($0, "seal/SEAL.txt")
            try Mutation.close($0)
        }
        #expect(failures == ["seal.time"])
        let token = try #require(
            try bundle.listing().first { $0.hasPrefix("log/") && $0.hasSuffix(".tsa1.tsr") }
        )
        failures = try bundle.failures(coveredUp: true) {
            try exchange($0, String(token.dropLast(".tsa1.tsr".count)))
        }
        #expect(failures.first == "log.time", "\(failures)")
    }

    @Test("the whole receipt of another export is refused by what it says was exported")
    func export() throws {
        let paths = try other.listing().filter {
            $0.hasPrefix("receipts/") && $0.contains("-export.")
        }
        #expect(paths.count > 3)
        let failures = try bundle.failures(coveredUp: true) { copy in
            for path in paths {
                try TestBundle.write(other.bytes(path), to: "\(copy)/\(path)")
            }
        }
        #expect(failures.first == "export", "\(failures)")
    }

    @Test("a forged leaf is refused on whatever lists it is put")
    func leaf() throws {
        let path = BundleLayout.leaf("item/0002/name", of: "S0001")
        let forge = { (copy: String) in try Mutation.flip("\(copy)/\(path)") }
        let unlisted = try bundle.failures(coveredUp: true, after: forge)
        #expect(unlisted.first == "register.leaves", "\(unlisted)")
        let listed = try bundle.failures(coveredUp: true) { copy in
            try forge(copy)
            try Mutation.list(copy)
        }
        #expect(listed.first == "register.leaves", "\(listed)")
    }
}
