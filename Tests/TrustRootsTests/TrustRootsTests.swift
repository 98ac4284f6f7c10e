// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import TrustRoots

@Suite("Trust roots")
struct TrustRootsTests {
    @Test("the compiled-in policy is a policy")
    func policy() throws {
        let policy = try TrustPolicy(parsing: TrustRoots.defaultPolicy)
        #expect(policy.witnesses.isEmpty)
    }

    @Test("the README names the hash of each file, and of the bytes that are compiled in")
    func hashes() throws {
        let keys = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Keys"
        ).standardizedFileURL
        let readme = try String(contentsOf: keys.appending(path: "README.md"), encoding: .utf8)
        let lines = readme.split(separator: "\n").filter {
            $0.wholeMatch(of: /[0-9a-f]{64}  .+/) != nil
        }
        #expect(lines.count == 1)
        for line in lines {
            let file = keys.appending(path: String(line.dropFirst(66)))
            #expect(Hash(hashing: try Data(contentsOf: file)).hex == line.prefix(64))
        }
        #expect(lines[0].hasPrefix(Hash(hashing: TrustRoots.defaultPolicy).hex))
    }
}
