// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import TransparencyLog

extension VaultState {
    private static let header = "saksi/v1 state"

    /// The state as text, so that a start need not replay the log.
    ///
    /// ```
    /// saksi/v1 state
    /// size: <entries>
    /// accepted: <time of the newest entry>
    /// log-key: <vkey>                                    both absent before the genesis
    /// tls-key: <sha256>
    /// predecessor: <origin> <size> <root>                the vault whose place this one takes
    /// next-log-key: <since> <vkey>                       each that took over, and from which size on
    /// frozen: <index> <successor or ->
    /// policy: <id of the statement that set it>
    /// …                                                  the lines of the policy
    /// member: <fingerprint> <person> <role> <index of the enrolment> <base64 of the signing key>
    ///         <index of the end or -> <reason or ->
    /// invite: <key name> <role> <case or -> <expires> <inviter> <member or ->
    /// case: <id> <owner> <index of the opening> <epoch> <keyring> <submissions> <held or ->
    ///     <threshold or -> <shares or ->
    /// reader: <fingerprint>                              those of the case above
    /// submitter: <fingerprint>
    /// ```
    ///
    /// Members, invitations, cases and people in a case ascend: one state has one text.
    public var bytes: [UInt8] {
        var writer = LineWriter(Self.header)
        writer.add("size", size)
        writer.add("accepted", accepted)
        if let foundation {
            writer.add("log-key", foundation.logKey.text)
            writer.add("tls-key", foundation.tlsKey)
            foundation.predecessor?.write(to: &writer)
        }
        for term in (logKeys?.terms ?? []).dropFirst() {
            writer.add("next-log-key", [String(term.since), term.key.text])
        }
        if let frozen {
            writer.add("frozen", [String(frozen.index), frozen.successor ?? "-"])
        }
        if let policyStatement, let policy {
            writer.add("policy", policyStatement)
            policy.write(to: &writer)
        }
        for member in members.values.sorted(by: { $0.fingerprint < $1.fingerprint }) {
            writer.add("member", member.fields)
        }
        for (name, invite) in invites.sorted(by: { $0.key < $1.key }) {
            writer.add("invite", [name] + invite.fields)
        }
        for found in cases.values.sorted(by: { $0.id < $1.id }) {
            writer.add("case", found.fields)
            writer.add("reader", found.readers.sorted().map(\.hash))
            writer.add("submitter", found.submitters.sorted().map(\.hash))
        }
        return Array(writer.text.utf8)
    }

    /// Reads a snapshot.
    ///
    /// It must come from where only the vault itself writes: nothing in it is proved.
    ///
    /// - Throws: ``LineError`` for every spelling but the one that ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(LineError) {
        var reader = try LineReader(bytes)
        try reader.header(Self.header)
        size = try reader.decimal("size")
        accepted = try reader.time("accepted")
        if reader.isNext("log-key") {
            foundation = Founding(
                logKey: try reader.verifierKey("log-key"),
                tlsKey: try reader.hash("tls-key"),
                predecessor: try Predecessor.read(&reader)
            )
        }
        logKeys = try LogKeys(reading: &reader, after: foundation?.logKey)
        if reader.isNext("frozen") { frozen = try Frozen(reading: &reader) }
        if reader.isNext("policy") {
            policyStatement = try reader.hash("policy")
            policy = try Policy(reading: &reader)
        }
        while reader.isNext("member") {
            let member = try Member(reading: &reader)
            members[member.fingerprint] = member
        }
        while reader.isNext("invite") {
            let (name, invite) = try IssuedInvite.read(&reader)
            invites[name] = invite
        }
        while reader.isNext("case") {
            let found = try Case(reading: &reader)
            cases[found.id] = found
        }
        try reader.end()
        // Order and repetition are not looked at line by line: what does not read back is refused.
        guard self.bytes == bytes else { throw reader.error(.trailing) }
    }
}

extension LogKeys {
    fileprivate init?(
        reading reader: inout LineReader,
        after first: VerifierKey?
    ) throws(LineError) {
        guard let first else { return nil }
        var terms = [Term(key: first, since: 0)]
        while reader.isNext("next-log-key") {
            let fields = try reader.fields("next-log-key", count: 2)
            guard let since = Decimal.value(fields[0]),
                let key = try? VerifierKey(parsing: fields[1]), key.algorithm == .ed25519
            else { throw reader.malformed("next-log-key", .fields) }
            terms.append(Term(key: key, since: since))
        }
        guard let keys = LogKeys(terms) else { throw reader.malformed("next-log-key", .fields) }
        self = keys
    }
}

extension Frozen {
    fileprivate init(reading reader: inout LineReader) throws(LineError) {
        let fields = try reader.fields("frozen", count: 2)
        guard let index = Decimal.value(fields[0]),
            fields[1] == "-" || Origin.isWellFormed(fields[1])
        else { throw reader.malformed("frozen", .fields) }
        self.init(index: index, successor: fields[1] == "-" ? nil : fields[1])
    }
}

extension Member {
    fileprivate var fields: [String] {
        [
            fingerprint.hex, person.hex, role.rawValue, String(enrolled),
            Base64.padded.encode(verifierKey.publicKey), ended.map { String($0.index) } ?? "-",
            ended?.reason.rawValue ?? "-",
        ]
    }

    fileprivate init(reading reader: inout LineReader) throws(LineError) {
        let fields = try reader.fields("member", count: 7)
        guard let fingerprint = Fingerprint(hex: fields[0]),
            let person = Fingerprint(hex: fields[1]), let role = Role(rawValue: fields[2]),
            let enrolled = Decimal.value(fields[3]),
            let signing = Base64.padded.decode(fields[4]), signing.count == 32
        else { throw reader.malformed("member", .fields) }
        self.init(fingerprint, person: person, role: role, enrolled: enrolled, signing: signing)
        let reason = KeyEnd.Reason(rawValue: fields[6])
        if let index = Decimal.value(fields[5]), let reason {
            ended = KeyEnd(index: index, reason: reason)
        } else if fields[5...] != ["-", "-"] {
            throw reader.malformed("member", .fields)
        }
    }
}

extension IssuedInvite {
    fileprivate var fields: [String] {
        [
            role.rawValue, caseID?.hex ?? "-", expires.text, inviter.hex, member?.hex ?? "-",
        ]
    }

    fileprivate static func read(
        _ reader: inout LineReader
    ) throws(LineError) -> (name: String, invite: IssuedInvite) {
        let fields = try reader.fields("invite", count: 6)
        let caseID = CaseID(hex: fields[2])
        let member = Fingerprint(hex: fields[5])
        guard let name = Fingerprint(hex: fields[0]), let role = Role(rawValue: fields[1]),
            caseID != nil || fields[2] == "-", let expires = UTCTime(fields[3]),
            let inviter = Fingerprint(hex: fields[4]), member != nil || fields[5] == "-"
        else { throw reader.malformed("invite", .fields) }
        let invite = IssuedInvite(
            role: role,
            caseID: caseID,
            expires: expires,
            inviter: inviter,
            member: member
        )
        return (name.hex, invite)
    }
}

extension Case {
    fileprivate var fields: [String] {
        [
            id.hex, owner.hex, String(opened), String(epoch), keyring.hex, String(submissions),
            isHeld ? "held" : "-", escrow.map { String($0.threshold) } ?? "-",
            escrow.map { String($0.shares) } ?? "-",
        ]
    }

    fileprivate init(reading reader: inout LineReader) throws(LineError) {
        let fields = try reader.fields("case", count: 9)
        guard let id = CaseID(hex: fields[0]), let owner = Fingerprint(hex: fields[1]),
            let opened = Decimal.value(fields[2]), let epoch = Decimal.value(fields[3]),
            let keyring = Hash(hex: fields[4]), let submissions = Decimal.value(fields[5]),
            fields[6] == "held" || fields[6] == "-"
        else { throw reader.malformed("case", .fields) }
        if let threshold = Decimal.value(fields[7]), let shares = Decimal.value(fields[8]) {
            escrow = Escrow(threshold: threshold, shares: shares)
        } else if fields[7...] != ["-", "-"] {
            throw reader.malformed("case", .fields)
        }
        self.submissions = submissions
        isHeld = fields[6] == "held"
        self.id = id
        self.owner = owner
        self.opened = opened
        self.epoch = epoch
        self.keyring = keyring
        readers = try reader.fingerprints("reader")
        submitters = try reader.fingerprints("submitter")
    }
}

extension LineReader {
    fileprivate mutating func fingerprints(_ key: String) throws(LineError) -> Set<Fingerprint> {
        var found: Set<Fingerprint> = []
        while isNext(key) { found.insert(try fingerprint(key)) }
        return found
    }
}
