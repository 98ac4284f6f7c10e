// SPDX-License-Identifier: Apache-2.0

public import Secrets

/// One of the shares of a secret; some of them together restore it, fewer say nothing about it.
///
/// Shamir's scheme over ``Field``, byte by byte. A share is printed and given to a person: see the
/// article "Shares of a secret" for its text.
public final class Share: Sendable {
    /// The length in bytes of the secret, and so of a share's value.
    public static let secretSize = 32

    /// From 1 to the count of the set: the point at which the polynomials were evaluated.
    public let number: Int
    /// What it has in common with the other shares.
    public let set: ShareSet
    let value: SecretBytes

    init(number: Int, set: ShareSet, value: consuming SecretBytes) {
        self.number = number
        self.set = set
        self.value = value
    }

    /// Splits a secret, of which any `threshold` shares restore it.
    ///
    /// The shares of two calls never fit together, also where the secret is the same.
    ///
    /// - Parameters:
    ///   - secret: 32 random bytes. Nothing that can be guessed, such as a passphrase: each share
    ///     lets its holder check a guess.
    ///   - count: How many shares are made, from `threshold` to ``ShareSet/maximumCount``.
    ///   - threshold: How many restore the secret, 2 or more.
    ///   - entropy: Gives the id of the set, then the coefficients.
    /// - Returns: The shares, by number.
    /// - Throws: ``SplitError``.
    public static func split(
        _ secret: borrowing SecretBytes,
        into count: Int,
        threshold: Int,
        entropy: some EntropySource
    ) throws(SplitError) -> [Share] {
        precondition(secret.count == secretSize, "a secret is 32 bytes")
        guard threshold >= 2 else { throw .threshold(threshold) }
        guard (threshold...ShareSet.maximumCount).contains(count) else {
            throw .count(count, threshold: threshold)
        }
        let id = entropy.bytes(ShareSet.idSize)
        let coefficients = SecretBytes(random: (threshold - 1) * secretSize, from: entropy)
        // An array holds no value of one owner, so each share is made twice: for the set, and to
        // keep.
        let digests = (1...count).map { number in
            let value = value(at: number, coefficients, secret)
            return unsafe value.withBytes {
                unsafe ShareSet.digest(ofShare: number, value: $0, id: id)
            }
        }
        let commitment = unsafe secret.withBytes {
            unsafe ShareSet.commitment(to: $0, id: id, threshold: threshold, digests: digests)
        }
        let set = ShareSet(
            id: id,
            threshold: threshold,
            count: count,
            digests: digests,
            commitment: commitment
        )
        return (1...count).map {
            Share(number: $0, set: set, value: value(at: $0, coefficients, secret))
        }
    }

    /// Restores the secret from any `threshold` or more of its shares, in any order.
    ///
    /// - Throws: ``RestoreError``, which names the shares that do not belong here. A secret that is
    ///   given back is the one that was split.
    public static func restore(_ shares: [Share]) throws(RestoreError) -> SecretBytes {
        let sets = Dictionary(grouping: shares, by: \.set)
        // The set that most shares are of; where two are as large, that of the share given first.
        let largest = sets.values.map(\.count).max() ?? 0
        guard let set = shares.first(where: { sets[$0.set]?.count == largest })?.set else {
            throw .none
        }
        let others = shares.filter { $0.set != set }
        guard others.isEmpty else {
            throw .mixed(others.map { RestoreError.Name(number: $0.number, set: $0.set.name) })
        }
        let numbers = shares.map(\.number)
        for (place, number) in numbers.enumerated() where numbers[..<place].contains(number) {
            throw .duplicate(number)
        }
        guard shares.count >= set.threshold else {
            throw .tooFew(numbers.sorted(), threshold: set.threshold)
        }
        let used = Array(shares.prefix(set.threshold))
        let secret = interpolate(used)
        let commitment = unsafe secret.withBytes {
            unsafe ShareSet.commitment(
                to: $0,
                id: set.id,
                threshold: set.threshold,
                digests: set.digests
            )
        }
        guard commitment == set.commitment else { throw .altered(used.map(\.number).sorted()) }
        return secret
    }

    /// The polynomials' values at a share's point, by Horner's rule.
    ///
    /// The coefficients come with the highest power first, a row of 32 for each power above zero; the
    /// secret is the row of power zero.
    static func value(
        at number: Int,
        _ coefficients: borrowing SecretBytes,
        _ secret: borrowing SecretBytes
    ) -> SecretBytes {
        let point = UInt8(number)
        let size = secret.count
        var value = SecretBytes(count: size)
        unsafe value.withMutableBytes { value in
            unsafe coefficients.withBytes { rows in
                unsafe secret.withBytes { secret in
                    for place in 0..<size {
                        var sum: UInt8 = 0
                        for start in stride(from: 0, to: rows.count, by: size) {
                            sum = Field.product(sum ^ (unsafe rows[start + place]), point)
                        }
                        unsafe value[place] = sum ^ secret[place]
                    }
                }
            }
        }
        return value
    }

    private static func interpolate(_ shares: [Share]) -> SecretBytes {
        let weights = Field.weights(at: shares.map { UInt8($0.number) })
        var secret = SecretBytes(count: secretSize)
        unsafe secret.withMutableBytes { secret in
            for (share, weight) in zip(shares, weights) {
                unsafe share.value.withBytes { value in
                    for place in secret.indices {
                        unsafe secret[place] ^= Field.product(value[place], weight)
                    }
                }
            }
        }
        return secret
    }
}
