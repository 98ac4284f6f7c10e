// SPDX-License-Identifier: Apache-2.0

import BagIt
import Foundation
import TestSupport
import Testing

/// The conformance suite of the Library of Congress.
@Suite(.enabled(if: Vectors.exist("bagit"), Vectors.reason))
struct VectorTests {
    private static func bags(_ kinds: String...) -> [String] {
        Vectors.names(in: "bagit").flatMap { version in
            kinds.flatMap { kind in
                Vectors.names(in: "bagit/\(version)/\(kind)").map { "\(version)/\(kind)/\($0)" }
            }
        }
    }

    private func report(_ bag: String) throws -> BagReport {
        let folder = try #require(Vectors.folder("bagit/\(bag)"))
        return BagReport(verifying: folder.path)
    }

    @Test("takes each valid bag", arguments: bags("valid"))
    func valid(bag: String) throws {
        let report = try report(bag)
        #expect(report.isValid, "\(report.findings)")
        #expect(bag.hasPrefix("v\(report.version.rawValue)/"))
    }

    @Test(
        "refuses each invalid bag, also those that only harm Windows or Linux",
        arguments: bags("invalid", "linux-only", "windows-only")
    )
    func invalid(bag: String) throws {
        #expect(try !report(bag).isValid)
    }

    @Test("has something to say of each doubtful bag", arguments: bags("warning"))
    func doubtful(bag: String) throws {
        #expect(try !report(bag).findings.filter { $0.rule != .weak }.isEmpty)
    }
}
