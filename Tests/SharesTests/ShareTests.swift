// SPDX-License-Identifier: Apache-2.0

import Encodings
import Secrets
import Testing

@testable import Shares

@Suite("Shares")
struct ShareTests {
    /// Made with libgfshare 2.0.0 from the same secret and the same coefficients.
    private static let known: [(threshold: Int, count: Int, values: [Int: String])] = [
        (
            2, 3,
            [
                1: "1119e1e9e9f1f9c1c0d8d0a8a8a0b8b0979f878f8f777f67665e564e4e463e36",
                2: "8291796a63504536251603f0f9eadfcca3b085969f71645744372211180bfeed",
                3: "f3e9fae0eec4da908da7b9333d270913445e706a64736d475a100e242a30bea4",
            ]
        ),
        (
            3, 5,
            [
                1: "44458687808182434c4d4e0f08090a0b5c5d5e5f58999a9b9455565750511213",
                2: "13249aadb8efd6dcf7a099130631685f40772e190cbc85d2f9f3ca9d88bf3b0c",
                3: "37007e495c0b32f8d384bd7762550c3b6c5b02352050693e15dfe6b1a4935760",
                4: "6adf3b8ee50d92e730d847610abf7dc8ad18da6f04ca55bd6a1f806803b6ba0f",
                5: "4efbdf6a01e976c314fc63056edb19ac8134f6432826b9518633ac442f9ad663",
            ]
        ),
        (
            16, 16,
            [
                1: "cdc5fdf5f5ede59d9c848cb4b4bca4ac737b636b6b535b43423a322a2a221a12",
                16: "d8c98998641f4691750e5710ecfdcedf49586b7a868ed7ac489fc6bd41505f4e",
            ]
        ),
    ]

    @Test("the values are those that libgfshare makes", arguments: 0..<3)
    func knownValues(_ place: Int) throws {
        let known = Self.known[place]
        let shares = try Share.test(known.threshold, of: known.count)
        #expect(shares.map(\.number) == Array(1...known.count))
        for (number, value) in known.values {
            #expect(Hex.encode(shares[number - 1].value.array) == value)
        }
    }

    @Test("any three of five restore the secret, in any order, and more of them too")
    func everySubset() throws {
        let shares = try Share.test()
        for chosen in 0..<32 {
            let some = shares.filter { chosen >> ($0.number - 1) & 1 == 1 }
            guard some.count >= 3 else { continue }
            #expect(try Share.restore(some).equals(Share.testSecret))
            #expect(try Share.restore(some.reversed()).equals(Share.testSecret))
        }
    }

    @Test("each threshold and count restores", arguments: 2...16)
    func everySize(threshold: Int) throws {
        for count in threshold...16 {
            let shares = try Share.test(threshold, of: count)
            #expect(try Share.restore(shares.suffix(threshold)).equals(Share.testSecret))
        }
    }

    @Test("refuses thresholds and counts that make no sense")
    func badSizes() {
        for threshold in [-1, 0, 1] {
            #expect(throws: SplitError.threshold(threshold)) { try Share.test(threshold, of: 3) }
        }
        for count in [-1, 0, 2, 17, 256] {
            #expect(throws: SplitError.count(count, threshold: 3)) {
                try Share.test(3, of: count)
            }
        }
    }

    @Test("says how many shares are missing")
    func tooFew() throws {
        let shares = try Share.test()
        expect(.none) { try Share.restore([]) }
        expect(.tooFew([2], threshold: 3)) { try Share.restore([shares[1]]) }
        expect(.tooFew([2, 5], threshold: 3)) { try Share.restore([shares[4], shares[1]]) }
    }

    @Test("names a share that was given twice")
    func duplicate() throws {
        let shares = try Share.test()
        let again = try Share.read(shares[3].typed)
        expect(.duplicate(4)) { try Share.restore([shares[0], shares[3], shares[1], again]) }
        expect(.duplicate(4)) { try Share.restore([shares[3], again]) }
    }

    @Test("names the share of another set, also where it is of the same secret")
    func mixed() throws {
        let shares = try Share.test()
        let others = try Share.test(entropy: FixedEntropy(from: 400))
        #expect(others[0].set.name != shares[0].set.name)
        let stranger = RestoreError.Name(number: 2, set: others[1].set.name)
        expect(.mixed([stranger])) { try Share.restore([others[1], shares[0], shares[2]]) }
        expect(.mixed([stranger])) { try Share.restore([shares[0], shares[1], others[1]]) }
        let mixed = RestoreError.mixed([stranger])
        #expect("\(mixed)" == "share 2 of the set \(stranger.set) is of another set than the rest")
        // Where it stands one against one, the first is believed.
        expect(.mixed([stranger])) { try Share.restore([shares[0], others[1]]) }
    }

    @Test("names a share that says other things about its set than the rest")
    func otherSheet() throws {
        let shares = try Share.test()
        let set = shares[1].set
        for other in [
            ShareSet(
                id: set.id,
                threshold: 2,
                count: 5,
                digests: set.digests,
                commitment: set.commitment
            ),
            ShareSet(
                id: set.id,
                threshold: 3,
                count: 5,
                digests: set.digests,
                commitment: Array(set.commitment.reversed())
            ),
        ] {
            let share = Share(number: 2, set: other, value: shares[1].value.copy())
            expect(.mixed([.init(number: 2, set: set.name)])) {
                try Share.restore([share, shares[0], shares[2]])
            }
        }
    }

    @Test("gives back no secret but the one that was split")
    func altered() throws {
        let shares = try Share.test()
        for bit in 0..<256 {
            var value = shares[1].value.array
            value[bit / 8] ^= 1 << (bit % 8)
            let lie = shares[1].with(value: value)
            expect(.altered([1, 2, 5])) { try Share.restore([shares[4], lie, shares[0]]) }
        }
    }

    private func expect(
        _ expected: RestoreError,
        _ location: SourceLocation = #_sourceLocation,
        _ restored: () throws -> SecretBytes
    ) {
        #expect(throws: expected, sourceLocation: location) { _ = try restored() }
    }
}
