// SPDX-License-Identifier: Apache-2.0

extension TrustPolicy {
    /// The longest policy file that is read, in bytes.
    public static let maximumSize = 1 << 20
    /// The most lines that define something.
    ///
    /// The specification asks for 96 at least.
    public static let maximumDefinitions = 1024

    /// Reads a policy file (c2sp.org/tlog-policy, "Policy file syntax and structure").
    ///
    /// - Parameter bytes: The file. Names of witnesses and groups are opaque bytes.
    /// - Throws: ``TrustPolicyError``.
    public init(parsing bytes: [UInt8]) throws(TrustPolicyError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        var reader = PolicyReader()
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.popLast()?.isEmpty == true else { throw .unterminatedLine }
        for (number, line) in lines.enumerated() {
            do {
                try reader.read(line)
            } catch {
                throw .line(number + 1, error)
            }
        }
        guard let quorum = reader.quorum else { throw .missingQuorum }
        self.init(logs: reader.logs, witnesses: reader.witnesses, quorum: quorum)
    }
}

/// Why bytes are not a policy file.
public enum TrustPolicyError: Error, Equatable, Sendable {
    /// The file is longer than ``TrustPolicy/maximumSize``.
    case tooLarge
    /// The last line does not end in a line feed.
    case unterminatedLine
    /// There is no `quorum` line.
    case missingQuorum
    /// A line breaks a rule; lines are counted from 1.
    case line(Int, Rule)

    /// The rules for one line.
    public enum Rule: Error, Equatable, Sendable {
        /// There is a control character other than a tab, or the byte 0x7F.
        case controlCharacter
        /// The first field is none of `log`, `witness`, `group` and `quorum`.
        case unknownKeyword
        /// There are too few or too many fields.
        case wrongFieldCount
        /// The key is not a verifier key.
        case malformedKey(VerifierKeyError)
        /// The URL or the key is not UTF-8.
        case notUTF8
        /// A witness's key is of a type that does not cosign.
        case notACosigner(SignatureAlgorithm)
        /// The public key stands on an earlier line of that kind.
        case duplicateKey
        /// The name is defined on an earlier line, or is `none`.
        case duplicateName
        /// The name is not defined on an earlier line.
        case unknownName
        /// The name is a member of a group already.
        case repeatedMember
        /// The threshold is not `all`, `any` or a decimal from 1 to the number of members.
        case malformedThreshold
        /// There is an earlier `quorum` line.
        case repeatedQuorum
        /// There are more than ``TrustPolicy/maximumDefinitions`` definitions.
        case tooManyDefinitions
    }
}

extension TrustPolicyError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the policy is larger than \(TrustPolicy.maximumSize) bytes"
        case .unterminatedLine: "the policy's last line does not end in a line feed"
        case .missingQuorum: "the policy has no quorum line"
        case .line(let number, let rule): "policy line \(number): \(rule)"
        }
    }
}

extension TrustPolicyError.Rule: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .controlCharacter: "control character"
        case .unknownKeyword: "neither log, witness, group nor quorum"
        case .wrongFieldCount: "too few or too many fields"
        case .malformedKey(let error): "\(error)"
        case .notUTF8: "not UTF-8"
        case .notACosigner(let algorithm):
            "a witness's key has type 4 or 6: got \(algorithm.rawValue)"
        case .duplicateKey: "the key stands on an earlier line"
        case .duplicateName: "the name is taken"
        case .unknownName: "the name is not defined on an earlier line"
        case .repeatedMember: "the name is a member of a group already"
        case .malformedThreshold: "the threshold is not all, any or 1 to the number of members"
        case .repeatedQuorum: "a second quorum line"
        case .tooManyDefinitions: "more than \(TrustPolicy.maximumDefinitions) definitions"
        }
    }
}

/// What the lines so far have defined.
private struct PolicyReader {
    typealias Rule = TrustPolicyError.Rule
    typealias Field = ArraySlice<UInt8>

    var logs: [TrustPolicy.Log] = []
    var witnesses: [TrustPolicy.Witness] = []
    var quorum: TrustPolicy.Quorum?
    private var named: [[UInt8]: TrustPolicy.Quorum] = [:]
    private var members: Set<[UInt8]> = []

    mutating func read(_ line: Field) throws(Rule) {
        guard line.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }) else {
            throw .controlCharacter
        }
        let fields = line.split { $0 == 0x09 || $0 == 0x20 }
        guard let keyword = fields.first, keyword.first != UInt8(ascii: "#") else { return }
        guard logs.count + named.count < TrustPolicy.maximumDefinitions else {
            throw .tooManyDefinitions
        }
        let values = Array(fields.dropFirst())
        switch String(decoding: keyword, as: UTF8.self) {
        case "log": try readLog(values)
        case "witness": try readWitness(values)
        case "group": try readGroup(values)
        case "quorum": try readQuorum(values)
        default: throw .unknownKeyword
        }
    }

    private mutating func readLog(_ fields: [Field]) throws(Rule) {
        guard (1...2).contains(fields.count) else { throw .wrongFieldCount }
        let key = try key(fields[0])
        guard !logs.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw .duplicateKey
        }
        logs.append(
            TrustPolicy.Log(key: key, url: fields.count > 1 ? try text(fields[1]) : nil)
        )
    }

    private mutating func readWitness(_ fields: [Field]) throws(Rule) {
        guard (2...3).contains(fields.count) else { throw .wrongFieldCount }
        let key = try key(fields[1])
        guard key.algorithm.isCosignature else { throw .notACosigner(key.algorithm) }
        guard !witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw .duplicateKey
        }
        try define(fields[0], as: .witness(key))
        witnesses.append(
            TrustPolicy.Witness(key: key, url: fields.count > 2 ? try text(fields[2]) : nil)
        )
    }

    private mutating func readGroup(_ fields: [Field]) throws(Rule) {
        guard fields.count >= 3 else { throw .wrongFieldCount }
        var found: [TrustPolicy.Quorum] = []
        for name in fields.dropFirst(2) {
            guard let member = named[Array(name)] else { throw .unknownName }
            guard members.insert(Array(name)).inserted else { throw .repeatedMember }
            found.append(member)
        }
        let threshold: Int
        switch String(decoding: fields[1], as: UTF8.self) {
        case "all": threshold = found.count
        case "any": threshold = 1
        case let text:
            guard let number = CanonicalText.decimal(text), 1...UInt64(found.count) ~= number else {
                throw .malformedThreshold
            }
            threshold = Int(number)
        }
        try define(fields[0], as: .group(threshold: threshold, members: found))
    }

    private mutating func readQuorum(_ fields: [Field]) throws(Rule) {
        guard fields.count == 1 else { throw .wrongFieldCount }
        guard quorum == nil else { throw .repeatedQuorum }
        if fields[0].elementsEqual("none".utf8) {
            quorum = TrustPolicy.Quorum.none
        } else if let named = named[Array(fields[0])] {
            quorum = named
        } else {
            throw .unknownName
        }
    }

    private mutating func define(_ name: Field, as quorum: TrustPolicy.Quorum) throws(Rule) {
        guard !name.elementsEqual("none".utf8),
            named.updateValue(quorum, forKey: Array(name)) == nil
        else { throw .duplicateName }
    }

    private func key(_ field: Field) throws(Rule) -> VerifierKey {
        let text = try text(field)
        do { return try VerifierKey(parsing: text) } catch { throw .malformedKey(error) }
    }

    private func text(_ field: Field) throws(Rule) -> String {
        guard let text = String(validating: field, as: UTF8.self) else { throw .notUTF8 }
        return text
    }
}
