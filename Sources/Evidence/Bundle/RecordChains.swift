// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// The records of each submission, as entries tell: the one that was submitted, and those that took its
/// place one after the other.
struct RecordChains {
    /// By the record that was submitted, which is the first.
    private var chains: [Hash: [Hash]] = [:]
    /// The one that was submitted, by each of them.
    private var firsts: [Hash: Hash] = [:]

    /// Reads entries in the order of the log; those of other acts and cases are passed over.
    ///
    /// - Throws: ``BrokenChain`` where a record takes the place of one that is not the last in its place.
    init(_ acts: some Sequence<Act>, of caseID: CaseID?) throws(BrokenChain) {
        for act in acts where act.caseID == caseID {
            switch act {
            case .submit(let submit) where firsts[submit.record] == nil:
                chains[submit.record] = [submit.record]
                firsts[submit.record] = submit.record
            case .reencrypt(let act):
                guard let first = firsts[act.previous], chains[first]?.last == act.previous,
                    firsts.updateValue(first, forKey: act.record) == nil
                else { throw BrokenChain(record: act.record) }
                chains[first]?.append(act.record)
            default: break
            }
        }
    }

    /// The records of a submission up to one of them, first the one that was submitted; that one alone
    /// where no entry tells of it.
    func records(to record: Hash) -> [Hash] {
        guard let chain = firsts[record].flatMap({ chains[$0] }) else { return [record] }
        return Array(chain.prefix { $0 != record }) + [record]
    }

    /// The newest record of a submission, by the one that was submitted.
    func newest(of first: Hash) -> Hash { chains[first]?.last ?? first }
}

/// A record took the place of one that was not there, or that had been replaced already.
struct BrokenChain: Error {
    let record: Hash
}
