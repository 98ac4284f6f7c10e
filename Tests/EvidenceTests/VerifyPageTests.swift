// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import VerifyPage

@testable import Evidence

/// The page in a bundle; what it finds is tested in a browser, by Tests/Peers/verify-page-chromium.
@Suite struct VerifyPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../..").standardizedFileURL.path
    private let page = String(decoding: VerifyPage.bytes, as: UTF8.self)

    @Test("is what Scripts/verify-page makes of its parts, in which no language lacks a sentence")
    func current() throws {
        let run = try Run("Scripts/verify-page", ["--check"], in: Self.root)
        #expect(run.status == 0, "\(run.output)")
    }

    @Test("lies in each bundle")
    func exported() async throws {
        #expect(try await TestBundle.whole().bytes("verify.html") == VerifyPage.bytes)
    }

    @Test("may run its own script and style, and nothing else")
    func policy() throws {
        let policy = try #require(
            page.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)?.output.1
        )
        let rules = policy.split(separator: "; ").map { $0.prefix { $0 != " " } }
        #expect(
            rules == [
                "default-src", "script-src", "style-src", "worker-src", "base-uri", "form-action",
            ]
        )
        #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(!policy.contains("unsafe") && !policy.contains("http"))
    }

    @Test(
        "has no way to make an element or a program of a bundle's text",
        arguments: [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
            "new Function", "setTimeout(", "srcdoc", "DOMParser", "fetch(", "XMLHttpRequest",
            "import(",
        ]
    )
    func textOnly(word: String) {
        #expect(!page.contains(word))
    }
}
