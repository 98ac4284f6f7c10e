// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

extension VerificationRun {
    /// Each list of commitments is named by a `submit` statement.
    mutating func checkCommitments() throws(Finding) {
        let receipts = try need(receipts, from: .receipts)
        var submits: [String: Submit] = [:]
        for name in try submissionNames() {
            let path = BundleLayout.commitments(name)
            guard let list = try? CommitmentList(parsing: try bytes(path)) else {
                throw Finding("\(path) is not a list of commitments")
            }
            let named = receipts.lazy.compactMap { _, receipt -> Submit? in
                guard case .submit(let submit) = receipt.entry.signed.statement.act,
                    submit.commitments == list.hash
                else { return nil }
                return submit
            }
            guard let submit = named.first else {
                throw Finding("\(path) is not named by any submission here")
            }
            submits[name] = submit
        }
        guard !submits.isEmpty else { throw Finding("there is no list of commitments") }
        guard Set(submits.values.map(\.record)).count == submits.count else {
            throw Finding("two folders of the register are of one submission")
        }
        let chains: RecordChains
        do {
            chains = try RecordChains(
                receipts.map(\.receipt.entry.signed.statement.act),
                of: submits.values.first?.caseID
            )
        } catch {
            throw Finding("the record \(error.record) takes the place of none that was in force")
        }
        records = submits.mapValues { chains.records(to: chains.newest(of: $0.record)) }
        self.submits = submits
    }

    /// The folders of the register, in which nothing lies but what has a place there.
    private func submissionNames() throws(Finding) -> [String] {
        var names: Set<String> = []
        let files = [BundleLayout.commitmentRegister, BundleLayout.withheldRegister]
        for path in try paths(under: BundleLayout.register)
        where !files.contains(path) && !path.hasPrefix(BundleLayout.leaves) {
            let name = String(path.dropFirst(BundleLayout.register.count).prefix { $0 != "/" })
            guard path == BundleLayout.commitments(name) || path == BundleLayout.record(name) else {
                throw Finding("\(path) has no place in the register")
            }
            names.insert(name)
        }
        return names.sorted()
    }

    /// Each leaf is committed to in the list of its submission.
    mutating func checkLeaves() throws(Finding) {
        var leaves: [String: [String: Leaf]] = [:]
        var lists: [String: CommitmentList] = [:]
        for name in try need(submits, from: .commitments).keys.sorted() {
            guard
                let list = try? CommitmentList(parsing: try bytes(BundleLayout.commitments(name)))
            else { throw Finding("the commitments of \(name) cannot be read") }
            lists[name] = list
            leaves[name] = [:]
        }
        for path in try paths(under: BundleLayout.leaves) {
            let name = String(path.dropFirst(BundleLayout.leaves.count).prefix { $0 != "-" })
            guard let list = lists[name], let leaf = try? Leaf(parsing: try bytes(path)),
                path == BundleLayout.leaf(leaf.name, of: name)
            else { throw Finding("\(path) is not the leaf of that name") }
            guard list.contains(leaf.commitment) else {
                throw Finding("\(path) was not committed to")
            }
            leaves[name]?[leaf.name] = leaf
        }
        for (name, facts) in leaves.sorted(by: { $0.key < $1.key }) where facts["consent"] == nil {
            throw Finding("the consent of \(name) is not disclosed")
        }
        self.lists = lists
        self.leaves = leaves
    }

    /// Each record is the one that was signed; a bundle of some items only has none.
    func checkRecords() throws(Finding) -> String? {
        let submits = try need(submits, from: .commitments)
        let leaves = try need(leaves, from: .leaves)
        let records = try need(records, from: .commitments)
        let receipts = try need(receipts, from: .receipts)
        var partial: [String] = []
        for (name, submit) in submits.sorted(by: { $0.key < $1.key }) {
            let path = BundleLayout.record(name)
            let isWhole = try need(files, from: .files).sizes[path] != nil
            // Both tell how many items there are.
            guard isWhole == (leaves[name]?["submission"] != nil) else {
                throw Finding("\(name) has a record or a submission leaf without the other")
            }
            guard isWhole else {
                partial.append(name)
                continue
            }
            guard let record = try? SubmissionRecord(parsing: try bytes(path)),
                record.hash == records[name]?.last
            else { throw Finding("\(path) is not the record that was submitted") }
            let epoch = receipts.lazy.compactMap { _, receipt -> UInt64? in
                guard case .reencrypt(let act) = receipt.entry.signed.statement.act,
                    act.record == record.hash
                else { return nil }
                return act.epoch
            }.first
            guard record.caseID == submit.caseID, record.epoch == epoch ?? submit.epoch,
                record.commitments == submit.commitments
            else { throw Finding("\(path) is of another case, epoch or list than its statement") }
        }
        guard partial.count < submits.count else {
            return "only some items of \(partial.joined(separator: ", ")) were exported"
        }
        return nil
    }

    /// Each file's bytes are those whose hash and size stand in a leaf, whatever the payload manifest
    /// says of them, and `item.json` says what the leaves say.
    mutating func checkItems() throws(Finding) {
        let leaves = try need(leaves, from: .leaves)
        let facts = leaves.mapValues { ManifestItem.facts(of: $0.values) }
        let payload = try need(payload, from: .files)
        let digests = try need(digests, from: .files)
        let files = try need(files, from: .files)
        var exhibits: [Exhibit] = []
        var expected = Set(BundleLayout.documents)
        while true {
            let name = BundleLayout.exhibit(exhibits.count + 1)
            let path = BundleLayout.itemFile(name)
            guard files.sizes[path] != nil else { break }
            let bytes = try bytes(path)
            guard let exhibit = Exhibit(name: name, parsing: bytes, facts: facts),
                exhibit.description == bytes
            else { throw Finding("\(path) does not say what the leaves say") }
            if let file = exhibit.item.file, let original = exhibit.path {
                let committed = FileDigest(sha256: file.sha256, size: file.size)
                guard digests[original] == committed else {
                    throw Finding("\(original) is not the file that was committed to")
                }
                expected.formUnion([original, BundleLayout.metadata(name)])
            }
            if let text = exhibit.item.shownText {
                let path = BundleLayout.shownText(name)
                guard try self.bytes(path) == text else {
                    throw Finding("\(path) is not what the paragraphs say")
                }
                expected.insert(path)
            }
            expected.insert(path)
            exhibits.append(exhibit)
        }
        guard payload.hashes[BundleLayout.readme] != nil else {
            throw Finding("\(BundleLayout.readme) is missing")
        }
        for path in payload.hashes.keys.sorted() where !expected.contains(path) {
            throw Finding("\(path) belongs to no exhibit")
        }
        for (name, facts) in leaves.sorted(by: { $0.key < $1.key }) {
            try check(facts, of: exhibits.filter { $0.submission == name }, name)
        }
        let places = Set(exhibits.map { "\($0.submission)/\($0.number)" })
        guard !exhibits.isEmpty, places.count == exhibits.count else {
            throw Finding("there is no exhibit, or one of them twice")
        }
        try checkOrigins(of: exhibits)
        self.exhibits = exhibits
    }

    /// A submission discloses nothing of items that are not here, and of a whole one all are here.
    private func check(_ facts: [String: Leaf], of exhibits: [Exhibit], _ name: String)
        throws(Finding)
    {
        var count = 1 + exhibits.reduce(0) { $0 + $1.item.facts.count }
        if let submission = facts["submission"] {
            count += 1
            let items = submission.value.members("created", "items")?[1].number
            guard items == UInt64(exhibits.count) else {
                throw Finding("\(name) is whole and has not as many exhibits as items")
            }
        }
        guard facts.count == count else {
            throw Finding("\(name) discloses facts of items that are not here")
        }
    }

    /// The custody log is what follows from the entries.
    func checkCustody() throws(Finding) {
        let receipts = try need(receipts, from: .receipts).map(\.receipt)
        let records = try need(records, from: .commitments)
        let names = records.flatMap { name, chain in chain.map { ($0, name) } }
        var disclosed: [SubmissionRecord] = []
        for name in records.keys {
            let path = BundleLayout.record(name)
            guard try need(files, from: .files).sizes[path] != nil else { continue }
            guard let record = try? SubmissionRecord(parsing: try bytes(path)) else {
                throw Finding("\(path) is not a record")
            }
            disclosed.append(record)
        }
        let want = CustodyLog(
            of: receipts.dropLast(),
            submissions: Dictionary(names, uniquingKeysWith: { first, _ in first }),
            records: disclosed,
            exhibits: try need(exhibits, from: .items)
        )
        for (path, bytes) in [
            (BundleLayout.custodyLog, want.jsonLines), (BundleLayout.custodyTable, want.table),
        ] {
            guard try self.bytes(path) == bytes else {
                throw Finding("\(path) is not what the entries say")
            }
        }
    }

    /// The last entry is the export of this payload, and the consent shown here covers it.
    func checkExport() throws(Finding) {
        let receipts = try need(receipts, from: .receipts).map(\.receipt)
        guard let last = receipts.last, case .export(let export) = last.entry.signed.statement.act
        else { throw Finding("the last entry is not an export") }
        let manifest = Hash(hashing: try bytes(BundleLayout.payloadManifest))
        guard export.manifest == manifest else {
            throw Finding(
                "the export names another payload: got \(export.manifest), want \(manifest)"
            )
        }
        let chains = try need(records, from: .commitments).values
        guard Set(export.records) == Set(chains.compactMap(\.last)) else {
            throw Finding("the export names other submissions than those of the register")
        }
        let records = Set(chains.joined())
        for receipt in receipts
        where !BundleContents.concerns(receipt, caseID: export.caseID, records: records) {
            throw Finding("entry \(receipt.index) does not concern what was exported")
        }
        for chain in chains
        where !BundleContents.allowed(chain, in: receipts.dropLast()).contains(export.consentClass)
        {
            let record = chain.last.map { "\($0)" } ?? ""
            throw Finding("the consent for submission \(record) does not cover this export")
        }
        guard export.key == (try need(sealKey, from: .sealSignatures)).name else {
            throw Finding("the export names another key than the one that sealed this bundle")
        }
        let info = String(decoding: try bytes(BundleLayout.info), as: UTF8.self)
        guard info.contains("\nExternal-Identifier: \(export.caseID)\n") else {
            throw Finding("\(BundleLayout.info) names another case")
        }
    }
}

extension Exhibit {
    /// Puts an exhibit together from the leaves of the item that its description names.
    fileprivate init?(
        name: String,
        parsing bytes: [UInt8],
        facts: [String: [String: [String: JSONValue]]]
    ) {
        guard bytes.last == UInt8(ascii: "\n"),
            case .object(let members) = try? JSONValue(parsing: bytes.dropLast()),
            members.count > 2, let submission = members[1].value.string,
            let number = members[2].value.number, (1...UInt64(Int32.max)).contains(number),
            let shown = facts[submission]?[ManifestItem.prefix(Int(number))],
            let item = DisclosedItem(shown)
        else { return nil }
        self.init(name: name, submission: submission, number: Int(number), item: item)
    }
}
