// SPDX-License-Identifier: Apache-2.0

import Age
import Foundation
import Secrets

/// A vault in a folder, made and served by the real daemon on a port of its own.
struct LocalVault: Sendable {
    static let origin = "vault.example.org"

    let folder: URL
    /// Of the vault's own folder in that one.
    let name: String
    let port: UInt16
    /// What `saksid init` printed.
    let made: String

    var data: String { folder.appending(path: name).path }
    var address: String { "https://127.0.0.1:\(port)" }

    /// The first administrator's invitation.
    var invitation: String { made.split(separator: "\n").last.map(String.init) ?? "" }

    /// The log's verifier key.
    var vkey: String {
        let line = made.split(separator: "\n").first { $0.hasPrefix("log-key: ") } ?? ""
        return String(line.dropFirst("log-key: ".count))
    }

    init(
        in folder: URL,
        name: String = "vault",
        origin: String = Self.origin,
        _ more: String...
    ) async throws {
        self.folder = folder
        self.name = name
        port = try freePort()
        let outcome = try await BuiltProgram.saksid.run(
            [
                "init", "--data", folder.appending(path: name).path, "--origin", origin,
                "--address", "https://127.0.0.1:\(port)",
            ] + more
        )
        guard outcome.status == 0 else { throw Unexpected(outcome) }
        made = outcome.output
    }

    /// Serves the vault, or another folder in its place, while something is done.
    ///
    /// - Returns: how the daemon ended; its log stands where errors do
    @discardableResult
    func serve(
        _ other: String? = nil,
        _ body: (Running) async throws -> Void
    ) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.saksid.serve(
            ["serve", "--data", other ?? data, "--listen", "127.0.0.1:\(port)"],
            body
        )
    }

    /// A device of one person, not joined yet.
    func person(_ name: String) -> Person {
        Person(
            home: folder.appending(path: "homes/\(name)").path,
            passphraseFile: folder.appending(path: "passphrases/\(name)").path
        )
    }

    /// Lets one person join, and keeps the passphrase that was made.
    func join(_ name: String, by invitation: String) async throws -> (Person, BuiltProgram.Outcome)
    {
        let person = person(name)
        try FileManager.default.createDirectory(
            at: folder.appending(path: "passphrases"),
            withIntermediateDirectories: true
        )
        let file = folder.appending(path: "invitation.\(name)")
        try Data((invitation + "\n").utf8).write(to: file)
        let outcome = try await BuiltProgram.saksi("join", file.path, "--home", person.home)
        let prefix = "your passphrase: "
        let line = outcome.error.split(separator: "\n").first { $0.hasPrefix(prefix) } ?? ""
        try Data(line.dropFirst(prefix.count).utf8)
            .write(to: URL(filePath: person.passphraseFile))
        if outcome.status == 0 { try person.stretchLess() }
        return (person, outcome)
    }
}

/// A person's device: a home folder and a passphrase.
struct Person: Sendable {
    let home: String
    let passphraseFile: String

    /// What makes `saksi` use this device.
    var options: [String] { ["--home", home, "--passphrase-file", passphraseFile] }

    /// Runs `saksi` on this device.
    func callAsFunction(
        _ arguments: String...,
        meanwhile: (Running) async throws -> Void = { _ in }
    ) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.saksi.run(arguments + options, meanwhile: meanwhile)
    }

    /// Runs `saksi` on this device with a list of arguments.
    func run(_ arguments: [String]) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.saksi.run(arguments + options)
    }

    /// Runs `saksi` where it must succeed.
    ///
    /// - Returns: stdout without its last line end
    func result(_ arguments: String...) async throws -> String { try await result(arguments) }

    /// Runs `saksi` with a list of arguments where it must succeed.
    ///
    /// - Returns: stdout without its last line end
    func result(_ arguments: [String]) async throws -> String {
        let outcome = try await BuiltProgram.saksi.run(arguments + options)
        guard outcome.status == 0 else { throw Unexpected(outcome) }
        return outcome.output.trimmingCharacters(in: .newlines)
    }

    /// Seals the identity anew, at the least cost of a guess: every command pays it.
    fileprivate func stretchLess() throws {
        let identity = URL(filePath: home).appending(path: "identity.age")
        let words = try Data(contentsOf: URL(filePath: passphraseFile))
        let passphrase = Passphrase(SecretBytes(copying: words))
        let text = try AgeFile.open(Array(try Data(contentsOf: identity)), with: [passphrase])
        let sealed = try unsafe text.withBytes { text throws(any Error) in
            try unsafe AgeFile.seal(
                text,
                under: passphrase,
                workFactor: 1,
                entropy: SystemEntropy()
            )
        }
        try Data(sealed).write(to: identity)
    }

    /// The fingerprint in hexadecimal digits.
    func fingerprint() async throws -> String {
        let card = try JSON(try await result("whoami", "--json"))
        return card["fingerprint"]
    }
}

/// A command that had to succeed did not.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ outcome: BuiltProgram.Outcome) {
        description = "exit status \(outcome.status): \(outcome.error)"
    }
}

/// One JSON object that a program printed.
struct JSON {
    let members: [String: Any]

    init(_ text: String) throws {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        members = value as? [String: Any] ?? [:]
    }

    var names: Set<String> { Set(members.keys) }

    subscript(name: String) -> String { members[name] as? String ?? "" }

    /// A list of objects.
    static func list(_ text: String) throws -> [[String: Any]] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return value as? [[String: Any]] ?? []
    }
}

/// A TCP port of this machine that nothing listens on.
func freePort() throws -> UInt16 {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw POSIXError(.EMFILE) }
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            unsafe bind(listener, address, length) == 0
                && getsockname(listener, address, &length) == 0
        }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    return UInt16(bigEndian: address.sin_port)
}
