// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Evidence

/// Each change of each file and of each field is refused first by the step that the article Verification
/// names.
///
/// A thousand verifications: between them the other tests come to their turn, some of which wait for an answer.
@Suite struct MutationTests {
    /// The first file of each kind: its path without the digits.
    private static func kinds(of listing: [String]) -> [String] {
        var seen: Set<String> = []
        return listing.filter { seen.insert($0.filter { !$0.isHexDigit }).inserted }
    }

    /// What nobody but the seal signs, and what is made anew with it.
    private static func isUnsigned(_ change: FileChange, of path: String) -> Bool {
        switch path {
        case BundleLayout.policy: change == .longer
        case BundleLayout.seal: [.cut, .longer].contains(change)
        default: false
        }
    }

    /// Holds a failure to what is documented.
    private static func expect(
        _ cell: MutationTable.Cell,
        _ failures: [String],
        _ comment: String,
        _ location: SourceLocation = #_sourceLocation
    ) {
        var isAsDocumented = false
        if case .steps(let steps, let orNone) = cell {
            isAsDocumented = failures.first.map(steps.contains) ?? orNone
        }
        #expect(isAsDocumented, "\(comment): \(failures), \(cell)", sourceLocation: location)
    }

    @Test("each file has its row in the article, and each row a file")
    func rows() async throws {
        let table = try MutationTable()
        let listing = try await TestBundle.ofEveryKind().listing() + ["addenda/scan.pdf"]
        let used = Set(try listing.map { try table.row(of: $0) })
        for (place, row) in table.rows.enumerated() where !used.contains(place) {
            Issue.record("no file is in the row of \(row.patterns)")
        }
        let steps = Set(VerificationStep.allCases.map(\.rawValue))
        for case .steps(let named, _) in table.rows.flatMap(\.cells) {
            #expect(named.isSubset(of: steps))
        }
    }

    @Test(
        "a change of any file is refused where the article says",
        arguments: FileChange.allCases,
        [false, true]
    )
    func files(change: FileChange, isResealed: Bool) async throws {
        let table = try MutationTable()
        let bundle = try await TestBundle.ofEveryKind()
        let listing = try bundle.listing()
        // Every file where the changes differ most; of each kind one where they do not.
        let paths =
            [.flip, .delete].contains(change) ? listing : Self.kinds(of: listing)
        for (place, path) in paths.enumerated() {
            await Task.yield()
            let cell = try table.cell(path, change.column(isResealed: isResealed))
            let bytes = try bundle.bytes(path)
            guard cell != .impossible, !(isResealed && Self.isUnsigned(change, of: path)),
                !bytes.isEmpty || [.longer, .delete, .rename].contains(change)
            else { continue }
            var isChanged = true
            let failures = try bundle.failures(coveredUp: isResealed) { copy in
                try change.make("\(copy)/\(path)", bit: place % 8)
                isChanged = try TestBundle.bytes("\(copy)/\(path)") != bytes
            }
            // A single line that is turned round is what it was.
            if isChanged { Self.expect(cell, failures, path) }
        }
    }

    @Test("files that changed places are refused where the article says", arguments: [false, true])
    func swapped(isResealed: Bool) async throws {
        let table = try MutationTable()
        let bundle = try await TestBundle.ofEveryKind()
        let kinds = Self.kinds(of: try bundle.listing())
        let column = FileChange.flip.column(isResealed: isResealed)
        for (first, second) in zip(kinds, kinds.dropFirst()) {
            await Task.yield()
            let cells = try [first, second].map { try table.cell($0, column) }
            guard !cells.contains(.impossible) else { continue }
            let steps = cells.flatMap { cell -> Set<String> in
                if case .steps(let steps, _) = cell { steps } else { [] }
            }
            let failures = try bundle.failures(coveredUp: isResealed) {
                try Mutation.swap("\($0)/\(first)", "\($0)/\(second)")
            }
            Self.expect(.steps(Set(steps), orNone: false), failures, "\(first) and \(second)")
        }
    }

    @Test("a change of any field of each kind of file is refused where the article says")
    func fields() async throws {
        let table = try MutationTable()
        let bundle = try await TestBundle.ofEveryKind()
        for path in Self.kinds(of: try bundle.listing()) {
            var cell = try table.cell(path, .resealedChanged)
            let isResealed = cell != .impossible
            if !isResealed { cell = try table.cell(path, .changed) }
            guard case .steps(let steps, _) = cell, !steps.isEmpty else { continue }
            let bytes = try bundle.bytes(path)
            let fields = FieldChange.fields(of: bytes, atMost: 8)
            for (place, field) in fields.enumerated() {
                await Task.yield()
                let change = FieldChange.allCases[place % FieldChange.allCases.count]
                let next = fields[(place + 1) % fields.count]
                let changed = change.apply(to: bytes, field, next: next)
                let isUnsigned = Self.isUnsigned(field, of: path, bytes)
                guard changed != bytes, !(isResealed && isUnsigned) else { continue }
                let failures = try bundle.failures(coveredUp: isResealed) { copy in
                    try TestBundle.write(changed, to: "\(copy)/\(path)")
                }
                Self.expect(cell, failures, "\(path), \(change) of bytes \(field)")
            }
        }
    }

    /// The day on which the folder was packed; what is made anew with the seal.
    private static func isUnsigned(_ field: Range<Int>, of path: String, _ bytes: [UInt8]) -> Bool {
        let line = String(
            decoding: bytes[..<field.lowerBound].reversed().prefix { $0 != UInt8(ascii: "\n") }
                .reversed() + bytes[field.lowerBound...].prefix { $0 != UInt8(ascii: "\n") },
            as: UTF8.self
        )
        return switch path {
        case BundleLayout.info:
            line.hasPrefix("Bagging-Date: ") || line.hasPrefix("Payload-Oxum: ")
        case BundleLayout.seal:
            ["# files under", "# bytes under"].contains { line.hasPrefix($0) }
                || !line.hasPrefix("#")
        default: false
        }
    }
}
