// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Glibc
import TransparencyLog
public import Vault

/// What a bundle is made from: verified values, chosen by whoever exports.
public struct BundleContents: Sendable {
    /// A submission of which items are exported.
    public struct Submission: Sendable {
        /// Its number in the list of the case's submissions.
        public let number: Int
        let record: SubmissionRecord
        let commitments: CommitmentList
        let manifest: Manifest
        /// The records of the submission, this one last; more than one where it was sealed anew.
        fileprivate(set) var records: [Hash]
        /// The numbers of the chosen items, from 1, ascending.
        public internal(set) var numbers: [Int]
        /// Why leaves of the chosen items, and of the submission, are left out, by their names.
        var withheld: [String: Withholding] = [:]

        /// Takes a submission.
        ///
        /// - Parameters:
        ///   - number: its number in the list of the case's submissions, for ``LeafSelector``.
        ///   - record: the record.
        ///   - commitments: the list that the record names.
        ///   - manifest: verified against both.
        ///   - numbers: the items to export, from 1; `nil` for all.
        /// - Throws: ``BundleError/unknownItem(_:)``.
        public init(
            number: Int,
            record: SubmissionRecord,
            commitments: CommitmentList,
            manifest: Manifest,
            items numbers: Set<Int>? = nil
        ) throws(BundleError) {
            let all = 1..<(manifest.items.count + 1)
            let numbers = (numbers ?? Set(all)).sorted()
            for number in numbers where !all.contains(number) { throw .unknownItem(number) }
            self.number = number
            self.record = record
            self.commitments = commitments
            self.manifest = manifest
            records = [record.hash]
            self.numbers = numbers
        }
    }

    let caseID: CaseID
    /// For whom the bundle is.
    public let consentClass: ConsentClass
    /// When the bundle is made.
    public let date: UTCTime
    /// The log's key in force, which has signed every receipt.
    var logKey: VerifierKey { logKeys.keys.current }
    let logKeys: LogKeyHistory
    let policy: [UInt8]
    /// By index, ascending.
    let receipts: [Receipt]
    let identities: [Fingerprint: IdentityRecord]
    /// By the index of their `submit` entry, ascending.
    let submissions: [(name: String, submission: Submission)]
    let exhibits: [Exhibit]
    /// Checkpoints that were time-stamped before, which hold entries of the receipts.
    public var stamps: [StampedCheckpoint] = []
    /// Which part of an export this is; `nil` where it is all of it.
    public var part: BundlePart?
    /// What is left out of the exported items, and why.
    let withheld: WithheldRegister
    /// What the entries say of the exhibits.
    let custody: CustodyLog
    /// The entries that submitted the submissions, by their names.
    private let intakes: [String: Receipt]

    /// Chooses from what is known of a case what belongs into a bundle.
    ///
    /// - Parameters:
    ///   - caseID: the case.
    ///   - consentClass: for whom the bundle is; every submission's consent, or an override, must hold it.
    ///   - submissions: what is exported.
    ///   - withholding: which facts of it are left out; of two that name the same one, the first counts.
    ///   - receipts: entries of the case, best all proved against one checkpoint; those that do not
    ///     concern the submissions are left out.
    ///   - identities: the records of all who signed one of them, and of the exporter.
    ///   - logKeys: how the vault's log key changed hands, up to the one in force.
    ///   - policy: a tlog-policy file; by default the log's keys alone, without witnesses.
    ///   - date: when the bundle is made.
    /// - Throws: ``BundleError``.
    public init(
        caseID: CaseID,
        consentClass: ConsentClass,
        submissions: [Submission],
        withholding: [Withholding] = [],
        receipts: [Receipt],
        identities: [IdentityRecord],
        logKeys: LogKeyHistory,
        policy: [UInt8]? = nil,
        date: UTCTime
    ) throws(BundleError) {
        let chains: RecordChains
        do {
            let acts = receipts.sorted { $0.index < $1.index }.map(\.entry.signed.statement.act)
            chains = try RecordChains(acts, of: caseID)
        } catch {
            throw .missingReceipt(.reencrypt)
        }
        var submissions = submissions
        for place in submissions.indices {
            submissions[place].records = chains.records(to: submissions[place].record.hash)
        }
        do {
            try Submission.withhold(withholding, from: &submissions)
        } catch {
            throw .withholding(error)
        }
        let records = Set(submissions.flatMap(\.records))
        let concerned = receipts.filter { Self.concerns($0, caseID: caseID, records: records) }
            .sorted { $0.index < $1.index }
        let identities = Dictionary(
            identities.map { ($0.fingerprint, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        guard concerned.contains(where: { $0.entry.signed.statement.act.name == .caseOpen }) else {
            throw .missingReceipt(.caseOpen)
        }
        var placed: [(intake: Receipt, submission: Submission)] = []
        for submission in submissions {
            guard
                let receipt = concerned.first(where: {
                    if case .submit(let submit) = $0.entry.signed.statement.act {
                        submit.record == submission.records[0]
                            && submit.commitments == submission.commitments.hash
                    } else {
                        false
                    }
                })
            else { throw .missingReceipt(.submit) }
            guard Self.allowed(submission.records, in: concerned).contains(consentClass) else {
                throw .noConsent(record: submission.record.hash)
            }
            placed.append((receipt, submission))
        }
        placed.sort { $0.intake.index < $1.intake.index }
        let named = placed.enumerated().map {
            (name: BundleLayout.submission($0 + 1), submission: $1.submission)
        }
        var exhibits: [Exhibit] = []
        for (name, submission) in named {
            for number in submission.shown {
                exhibits.append(
                    Exhibit(
                        name: BundleLayout.exhibit(exhibits.count + 1),
                        submission: name,
                        number: number,
                        item: submission.item(number)
                    )
                )
            }
        }
        guard !exhibits.isEmpty else { throw .nothingToExport }
        self.caseID = caseID
        self.consentClass = consentClass
        self.date = date
        self.logKeys = logKeys
        self.policy = policy ?? Array(logKeys.keys.trustFile.utf8)
        self.receipts = concerned
        self.identities = identities
        self.submissions = named
        self.exhibits = exhibits
        withheld = WithheldRegister(
            named.flatMap { name, submission in submission.withheldLines(named: name) },
            date: date
        )
        intakes = Dictionary(uniqueKeysWithValues: zip(named.map(\.name), placed.map(\.intake)))
        let names = named.flatMap { name, submission in submission.records.map { ($0, name) } }
        custody = CustodyLog(
            of: concerned,
            submissions: Dictionary(names, uniquingKeysWith: { first, _ in first }),
            records: named.map(\.submission).filter(\.isWhole).map(\.record),
            exhibits: exhibits
        )
    }

    /// The entry that submitted a submission.
    func submitted(_ name: String) -> Receipt? { intakes[name] }

    /// The receipts of the entries that submitted what is exported, by index, ascending.
    public var submitted: [Receipt] {
        receipts.filter { $0.entry.signed.statement.act.name == .submit }
    }

    /// The act that must be logged before the bundle is sealed.
    ///
    /// - Parameters:
    ///   - manifest: what ``BundleWriter/writePayload()`` gave.
    ///   - key: what will seal the bundle.
    /// - Returns: The act.
    public func export(manifest: Hash, key: ExportKey) -> Export {
        Export(
            caseID: caseID,
            consentClass: consentClass,
            records: submissions.map(\.submission.record.hash),
            manifest: manifest,
            key: key
        )
    }

    /// To whom the records of a submission may be given as the last of some entries left it: by consent, or
    /// once by an override.
    static func allowed(_ records: [Hash], in receipts: some Sequence<Receipt>) -> Set<ConsentClass>
    {
        let (consent, overrides) = standing(of: records, in: receipts)
        return consent.union(overrides)
    }

    /// The consent for the records of a submission as the last of some entries left it, ascending.
    static func consent(for records: [Hash], in receipts: some Sequence<Receipt>) -> [ConsentClass]
    {
        standing(of: records, in: receipts).consent.sorted()
    }

    private static func standing(
        of records: [Hash],
        in receipts: some Sequence<Receipt>
    ) -> (consent: Set<ConsentClass>, overrides: Set<ConsentClass>) {
        var consent: Set<ConsentClass> = []
        var overrides: Set<ConsentClass> = []
        for receipt in receipts {
            switch receipt.entry.signed.statement.act {
            case .submit(let submit) where records.contains(submit.record):
                consent = Set(submit.classes)
            case .consent(let act) where records.contains(act.record):
                consent = Set(act.classes)
                overrides = []
            case .exportOverride(let act) where act.records.contains(where: records.contains):
                overrides.insert(act.consentClass)
            case .export(let act)
            where !consent.contains(act.consentClass)
                && act.records.contains(where: records.contains):
                overrides.remove(act.consentClass)
            default: break
            }
        }
        return (consent, overrides)
    }

    /// Whether a bundle holds an entry: the case's opening, and what names an exported record.
    ///
    /// Grants and the like are left out, since they name the members of the team.
    static func concerns(_ receipt: Receipt, caseID: CaseID, records: Set<Hash>) -> Bool {
        let act = receipt.entry.signed.statement.act
        switch act {
        case .caseOpen(let open): return open.caseID == caseID
        case .submit, .access, .export, .exportOverride, .custody, .hold, .erase:
            return act.caseID == caseID && !records.isDisjoint(with: act.records)
        case .reencrypt(let act): return act.caseID == caseID && records.contains(act.record)
        case .consent(let consent): return records.contains(consent.record)
        case .genesis, .invite, .enrol, .policy, .rekey, .revoke, .logKey, .freeze, .caseGrant,
            .caseRemove, .caseRotate, .caseEscrow, .caseRecover:
            return false
        }
    }
}

/// Why no bundle was made.
public enum BundleError: Error, Equatable, Sendable {
    /// Something exists where the bundle should go; nothing is overwritten.
    case exists(path: String)
    /// An export that was cut off left its folder, or another one is being made.
    case unfinished(path: String)
    /// A file or folder cannot be made, with this `errno`.
    case notWritable(errno: Int32)
    /// An item was chosen that the submission does not have.
    case unknownItem(Int)
    /// No item was chosen.
    case nothingToExport
    /// The entry that opened the case, or that submitted a record, is not there.
    case missingReceipt(ActName)
    /// A record's consent does not hold the class.
    case noConsent(record: Hash)
    /// There is no identity record of somebody who signed.
    case missingIdentity(Fingerprint)
    /// An entry lacks its actor's signature, or its checkpoint that of the log key.
    case unsignedReceipt(index: UInt64)
    /// An exhibit's file has not been written.
    case missingFile(String)
    /// The receipt is not of the export that names this payload and this key.
    case otherExport
    /// What lies there is no bundle that this program exported.
    case notBundle(path: String)
    /// What should be withheld cannot be.
    case withholding(WithholdingError)
    /// A step was called out of order.
    case outOfOrder
    /// The seal could not be made.
    case seal
}

extension BundleError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .unfinished(let path):
            "an unfinished export lies in \"\(path)\", with evidence in clear: remove it, unless another "
                + "export is writing it, and export again"
        case .exists(let path): "\"\(path)\" exists already: nothing is overwritten"
        case .notWritable(let number):
            "the bundle cannot be written: \(unsafe String(cString: strerror(number)))"
        case .unknownItem(let number): "the submission has no item \(number)"
        case .nothingToExport: "there is no item to export"
        case .missingReceipt(let act): "there is no receipt of the \(act.rawValue)"
        case .noConsent(let record): "the consent for submission \(record) does not cover this"
        case .missingIdentity(let actor): "there is no identity record of \(actor)"
        case .unsignedReceipt(let index): "entry \(index) lacks a signature that it must have"
        case .missingFile(let exhibit): "the file of exhibit \(exhibit) has not been written"
        case .otherExport: "the receipt is not of this export"
        case .notBundle(let path): "\"\(path)\" is no bundle"
        case .withholding(let error): "\(error)"
        case .seal: "the seal could not be made"
        case .outOfOrder: "the steps of the export were called out of order"
        }
    }
}
