// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// What the index knew before a round about the statements in it, and what the round adds.
///
/// It is read once for a whole round, so that the fold itself waits for nothing.
struct RoundFacts: VaultFacts {
    private var statements: [StatementKey: UInt64] = [:]
    private var submissions: [Hash: Submission] = [:]

    init(statements: [StatementKey: UInt64], submissions: [Hash: Submission]) {
        self.statements = statements
        self.submissions = submissions
    }

    func statementIndex(_ id: Hash) -> UInt64? { statements[StatementKey(id)] }

    func submission(record: Hash) -> Submission? { submissions[record] }

    mutating func add(statement id: Hash, at index: UInt64) {
        statements[StatementKey(id)] = index
    }

    mutating func set(_ submission: Submission, record: Hash) { submissions[record] = submission }
}
