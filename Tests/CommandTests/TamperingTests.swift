// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    @Suite struct TamperingTests {
        @Test("one flipped bit in an export is found, and the step that found it named")
        func flippedBit() async throws {
            let story = try #require(Story.shared)
            let bundle = story.path("to-flip")
            _ = try await story.lawyer.result(
                "export",
                story.caseID,
                "-o",
                bundle,
                "--for",
                "court"
            )
            for (name, step) in [
                ("data/items/E0001/original/testimony.txt", "bag.payload"),
                ("data/items/E0003/original/picture.bin", "bag.payload"),
                ("data/items/E0001/item.json", "bag.payload"), ("bag-info.txt", "bag.tags"),
                ("manifest-sha256.txt", "bag."), ("VERIFY.txt", "bag.tags"),
            ] {
                try flip("\(bundle)/\(name)")
                let outcome = try await BuiltProgram.saksi(
                    "verify",
                    bundle,
                    "--vkey",
                    story.vault.vkey
                )
                #expect(outcome.status == 1, "\(name)")
                #expect(outcome.error.hasPrefix("saksi: error: not verified: "), "\(name)")
                #expect(outcome.error.contains(step), "\(name): \(outcome.error)")
                #expect(outcome.output.contains("\nFAILED          \(step)"), "\(name)")
                #expect(!outcome.output.contains("verified: unchanged"))
                try flip("\(bundle)/\(name)")
            }
            let restored = try await BuiltProgram.saksi("verify", bundle)
            #expect(restored.status == 0)
        }
    }
}

@Suite struct DamageTests {
    @Test("check --deep names what is damaged or missing in the vault's folder")
    func check() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in _ = try await Story.tell(on: vault) }
        let arguments = ["check", "--data", vault.data, "--deep"]
        let sound = try await BuiltProgram.saksid.run(arguments)
        #expect(sound.status == 0 && sound.error == "")
        #expect(sound.output.hasPrefix("listen = "))
        #expect(sound.output.hasSuffix(" (hashed): clean\n"))
        let json = try JSON(try await BuiltProgram.saksid.run(arguments + ["--json"]).output)
        #expect(json.members["clean"] as? Bool == true)
        for kind in ["segments", "records", "envelopes", "keyrings", "tile/entries", "tile/0"] {
            let path = try #require(anyFile(below: "\(vault.data)/\(kind)"))
            let name = (path as NSString).lastPathComponent
            try flip(path)
            let flipped = try await BuiltProgram.saksid.run(arguments)
            #expect(flipped.status == 1, "\(kind)")
            #expect(
                flipped.error == "saksid: error: the vault in \"\(vault.data)\" is damaged\n",
                "\(kind)"
            )
            #expect(flipped.output.contains(name), "\(kind): \(flipped.output)")
            try flip(path)
        }
        let segment = try #require(anyFile(below: vault.data + "/segments"))
        try FileManager.default.removeItem(atPath: segment)
        let missing = try await BuiltProgram.saksid.run(arguments)
        #expect(missing.status == 1)
        #expect(missing.output.contains((segment as NSString).lastPathComponent))
    }

    private func anyFile(below folder: String) -> String? {
        // The oldest tiles are the first: also those that have been outgrown are looked at.
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted(by: { $0.compare($1, options: .numeric) == .orderedAscending }) {
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(name)"
            if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                !isFolder.boolValue
            {
                return path
            }
        }
        return nil
    }
}

/// Changes one bit in the middle of a file; once more, and it is as it was.
private func flip(_ path: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: path))
}
