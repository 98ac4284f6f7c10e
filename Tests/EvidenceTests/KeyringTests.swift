// SPDX-License-Identifier: Apache-2.0

import Age
import Secrets
import Testing
import Vault

@testable import Evidence
@testable import Sealing

@Suite struct KeyringTests {
    private func keyring() throws -> Keyring {
        try Keyring(
            caseID: Arrange.caseID,
            name: "ដី ២០២៦",
            epochs: [
                .init(number: 1, identity: Arrange.identity(1)),
                .init(number: 3, identity: Arrange.identity(3)),
            ]
        )
    }

    @Test("opens for each reader, to the same case, name and keys")
    func roundTrip() throws {
        let readers = [Arrange.identity(5), Arrange.identity(6)]
        let file = try keyring().sealed(
            for: readers.map(\.recipient),
            entropy: SystemEntropy()
        )
        for reader in readers {
            let opened = try Keyring(opening: file, with: [reader])
            #expect(opened.caseID == Arrange.caseID)
            #expect(opened.name.utf8.elementsEqual("ដី ២០២៦".utf8))
            #expect(opened.epochs.map(\.number) == [1, 3])
            #expect(
                opened.epochs.map(\.identity.recipient)
                    == [Arrange.identity(1).recipient, Arrange.identity(3).recipient]
            )
        }
        #expect(throws: KeyringError.file(.noMatch)) {
            try Keyring(opening: file, with: [Arrange.identity(7)])
        }
    }

    @Test("has 4, 8, 16 stanzas and never the number of readers", arguments: [1, 3, 4, 5, 9])
    func stanzas(readers: Int) throws {
        let file = try keyring().sealed(
            for: (0..<readers).map { Arrange.identity(UInt8(10 + $0)).recipient },
            entropy: SystemEntropy()
        )
        var scanner = HeaderScanner()
        let size = try #require(try scanner.headerSize(in: file))
        let header = try Header(parsing: Array(file[..<size]))
        #expect(header.stanzas.count == [1: 4, 3: 4, 4: 4, 5: 8, 9: 16][readers])
    }

    @Test(
        "refuses lines that are out of form",
        arguments: [
            "", "saksi/v2 keyring\n", "saksi/v1 keyring\ncase: 00\nname: a\n",
            "saksi/v1 keyring\ncase: 000102030405060708090a0b0c0d0e0f\nname: \n",
            "saksi/v1 keyring\ncase: 000102030405060708090a0b0c0d0e0f\nname: a\n",
            "saksi/v1 keyring\ncase: 000102030405060708090a0b0c0d0e0f\nname: a\nepoch: 1 AGE\n",
        ]
    )
    func malformed(text: String) throws {
        let file = try unsafe Array(text.utf8).withUnsafeBytes {
            try unsafe AgeFile.seal(
                $0,
                for: [Arrange.identity().recipient],
                entropy: SystemEntropy()
            )
        }
        #expect(throws: KeyringError.self) {
            try Keyring(opening: file, with: [Arrange.identity()])
        }
    }
}
