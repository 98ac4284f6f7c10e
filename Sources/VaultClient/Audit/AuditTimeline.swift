// SPDX-License-Identifier: Apache-2.0

import Vault

/// How often each act was done on each day, for each case and each person: it grows with days, not
/// with entries.
struct AuditTimeline {
    /// The acts of one case, or of one person.
    struct Track {
        /// By the act's name, by the day counted from 1970.
        private(set) var days: [String: [Int64: Int]] = [:]
        /// By the other side: the person in a case, the case of a person; `nil` where there is none.
        private(set) var shares: [String?: [String: Int]] = [:]

        mutating func add(_ act: String, on day: Int64, _ other: String?) {
            days[act, default: [:]][day, default: 0] += 1
            shares[other, default: [:]][act, default: 0] += 1
        }
    }

    /// One act.
    struct Event {
        let accepted: UTCTime
        let act: String
        /// Hexadecimal.
        let person: String
        /// Hexadecimal.
        let caseID: String?
        /// Whether it was allowed at its place.
        let isAllowed: Bool
    }

    /// What an act counts as that was not allowed.
    static let notAllowed = "not allowed"

    private(set) var cases: [String: Track] = [:]
    private(set) var people: [String: Track] = [:]
    /// The days of the first and of the last entry.
    private(set) var days: ClosedRange<Int64>?

    /// Takes an entry's act.
    mutating func add(_ event: Event) {
        let day = event.accepted.seconds / 86_400
        days = days.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
        let act = event.isAllowed ? event.act : Self.notAllowed
        people[event.person, default: Track()].add(act, on: day, event.caseID)
        guard let caseID = event.caseID else { return }
        cases[caseID, default: Track()].add(act, on: day, event.person)
    }
}
