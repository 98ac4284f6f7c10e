// SPDX-License-Identifier: Apache-2.0

import Age
import Secrets
import Shares

/// Shares that custodians brought, each with the place it was read from, which errors name.
public struct GatheredShares: Sendable {
    private var found: [Found] = []

    private struct Found {
        let share: Share
        let source: String

        var name: String { "share \(share.number) in \(source)" }
    }

    /// None yet.
    public init() {}

    /// Reads one share, or several that follow each other.
    ///
    /// - Parameters:
    ///   - text: What was typed or scanned; the caller wipes it.
    ///   - source: What people call the place it is from.
    /// - Throws: ``ClientError``, which says what is wrong on which paper.
    public mutating func add(_ text: UnsafeRawBufferPointer, from source: String) throws {
        for piece in unsafe Share.pieces(of: text) {
            do throws(ShareTextError) {
                let share = unsafe try Share(
                    parsing: UnsafeRawBufferPointer(rebasing: text[piece])
                )
                found.append(Found(share: share, source: source))
            } catch {
                throw ClientError(
                    .failed,
                    "\(source): \(error)",
                    hint: "compare it with the paper; words and rows are counted from 1"
                )
            }
        }
    }

    /// The name of the set that most of them are of.
    var setName: String { found.first?.share.set.name ?? "" }

    /// The key that was split.
    ///
    /// - Throws: ``ClientError``, which names the shares that are wrong, or says how many are missing.
    func recoveryKey() throws -> HybridIdentity {
        do throws(RestoreError) {
            return HybridIdentity(seed: try Share.restore(found.map(\.share)))
        } catch {
            throw explained(error)
        }
    }

    private func explained(_ error: RestoreError) -> ClientError {
        switch error {
        case .none: ClientError(.failed, "there is no share", hint: "name them with --share")
        case .mixed(let names):
            ClientError(
                .failed,
                list { share in
                    names.contains { $0.number == share.number && $0.set == share.set.name }
                } + ": of another set than the rest",
                hint: "it is of another case, or of another escrow of this one"
            )
        case .duplicate(let number):
            ClientError(.failed, "given twice: \(list { $0.number == number })")
        case .tooFew(let numbers, let threshold):
            ClientError(
                .failed,
                "\(threshold) shares are needed, got \(numbers.count): "
                    + list { numbers.contains($0.number) },
                hint: "\(threshold - numbers.count) more of the set \(setName) will do"
            )
        case .altered(let numbers):
            ClientError(
                .failed,
                "one of these shares was altered by somebody who knew how: "
                    + list { numbers.contains($0.number) },
                hint: "try again with another share in the place of each"
            )
        }
    }

    private func list(where isMeant: (Share) -> Bool) -> String {
        found.filter { isMeant($0.share) }.map(\.name).joined(separator: ", ")
    }
}
