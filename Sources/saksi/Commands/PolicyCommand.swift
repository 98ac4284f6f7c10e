// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import TransparencyLog
import Vault
import VaultClient

/// `saksi admin policy`: what several administrators sign, and what the vault relies on.
struct PolicyCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Show the vault's policy, or change it.",
        discussion: """
            Without options it shows the policy in force. With options it shows what changes, and \
            signs it; what is not named stays. No quorum may be larger than the number of \
            administrators.
            """
    )
    static let exits = Exit.allCases

    @Option(
        help: ArgumentHelp(
            "How many administrators sign an act: revoke=2. May be repeated.",
            valueName: "class=k"
        )
    )
    var quorum: [QuorumArgument] = []

    @Option(
        help: ArgumentHelp(
            "The SHA-256 of a key that the daemon shows in TLS, in place of those in force.",
            valueName: "sha256"
        )
    )
    var tlsKey: [Hash] = []

    @Option(
        help: ArgumentHelp(
            "The SHA-256 of a TLS key, beside the one in force: while the key changes.",
            valueName: "sha256"
        )
    )
    var addTlsKey: Hash?

    @Option(
        help: ArgumentHelp("The SHA-256 of a TLS key that is no longer good.", valueName: "sha256")
    )
    var dropTlsKey: Hash?

    @Option(
        help: ArgumentHelp(
            "A witness, in place of those in force: its vkey, a blank, its address.",
            valueName: "vkey url"
        )
    )
    var witness: [WitnessArgument] = []

    @Flag(help: "Have no witnesses.")
    var noWitnesses = false

    @Option(
        help: ArgumentHelp("How many witnesses cosign a checkpoint.", valueName: "k")
    )
    var witnessQuorum: UInt64?

    @Option(
        help: ArgumentHelp(
            "A TSA, in place of those in force: its root's SHA-256, a blank, its address.",
            valueName: "sha256 url"
        )
    )
    var tsa: [TimestamperArgument] = []

    @Flag(help: "Have no TSAs.")
    var noTsas = false

    @Option(
        help: ArgumentHelp(
            "A key that may seal exports, in place of those in force, as `saksi export-key show` prints it.",
            valueName: "sha256 sha256"
        )
    )
    var exportKey: [ExportKey] = []

    @Flag(help: "Take exports with any key.")
    var noExportKeys = false

    @OptionGroup var proposal: ProposalTime
    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard tlsKey.count <= 2 else { throw ValidationError("There are two TLS keys at most.") }
        guard witness.isEmpty || !noWitnesses, tsa.isEmpty || !noTsas,
            exportKey.isEmpty || !noExportKeys
        else {
            throw ValidationError("Name some, or none.")
        }
    }

    func run() async throws {
        guard isChange else {
            for line in try await device.withSession({ try await $0.policy() }) {
                Terminal.result(line)
            }
            return
        }
        let (changes, decision) = try await device.withSession {
            try await $0.changePolicy(for: proposal.seconds, edit)
        }
        for change in changes { Terminal.error(change) }
        decision.show()
    }

    private var isChange: Bool {
        !quorum.isEmpty || !tlsKey.isEmpty || addTlsKey != nil || dropTlsKey != nil
            || !witness.isEmpty || noWitnesses
            || witnessQuorum != nil || !tsa.isEmpty || noTsas
            || !exportKey.isEmpty || noExportKeys
    }

    private func edit(_ policy: inout Policy) throws {
        for argument in quorum {
            policy.quorums[argument.kind] = argument.count == 1 ? nil : argument.count
        }
        try editKeys(&policy)
        if noWitnesses || !witness.isEmpty {
            policy.witnesses = witness.map(\.witness).sorted { $0.key.text < $1.key.text }
        }
        policy.witnessQuorum =
            witnessQuorum ?? min(policy.witnessQuorum, UInt64(policy.witnesses.count))
        if noTsas || !tsa.isEmpty {
            policy.timestampers = tsa.map(\.timestamper).sorted { $0.root < $1.root }
        }
        if noExportKeys || !exportKey.isEmpty { policy.exportKeys = Set(exportKey).sorted() }
    }
}

extension PolicyCommand {
    private func editKeys(_ policy: inout Policy) throws {
        var keys = Set(tlsKey.isEmpty ? policy.tlsKeys : tlsKey)
        if let addTlsKey { keys.insert(addTlsKey) }
        if let dropTlsKey, keys.remove(dropTlsKey) == nil {
            throw Failure("the policy does not name the TLS key \(dropTlsKey)")
        }
        policy.tlsKeys = keys.sorted()
    }
}

/// `revoke=2`.
struct QuorumArgument: ExpressibleByArgument {
    let kind: QuorumClass
    let count: UInt64

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = QuorumClass(rawValue: String(parts[0])),
            let count = UInt64(parts[1]), count > 0
        else { return nil }
        self.kind = kind
        self.count = count
    }
}

/// A witness's vkey and address.
struct WitnessArgument: ExpressibleByArgument {
    let witness: Policy.Witness

    init?(argument: String) {
        let parts = argument.split(separator: " ")
        guard parts.count == 2, let key = try? VerifierKey(parsing: String(parts[0])) else {
            return nil
        }
        witness = Policy.Witness(key: key, url: String(parts[1]))
    }
}

/// The SHA-256 of a TSA's root certificate, and its address.
struct TimestamperArgument: ExpressibleByArgument {
    let timestamper: Policy.Timestamper

    init?(argument: String) {
        let parts = argument.split(separator: " ")
        guard parts.count == 2, let root = Hash(hex: String(parts[0])) else { return nil }
        timestamper = Policy.Timestamper(root: root, url: String(parts[1]))
    }
}
