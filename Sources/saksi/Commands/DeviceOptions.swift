// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Foundation
import VaultClient

/// What every command that uses this device's identity takes.
struct DeviceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder with this device's keys: else $SAKSI_HOME, else ~/.saksi.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var home: String?

    @Option(
        help: ArgumentHelp(
            "A file with the passphrase: else $SAKSI_PASSPHRASE_FILE, else you are asked.",
            valueName: "file"
        ),
        completion: .file()
    )
    var passphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "A SOCKS 5 proxy, such as Tor's: else $SAKSI_PROXY, else none.",
            valueName: "socks5://host:port"
        )
    )
    var proxy: String?

    /// The folder that was named, or the usual one.
    var deviceHome: DeviceHome {
        get throws {
            let path =
                home ?? Self.environment("SAKSI_HOME")
                ?? FileManager.default.homeDirectoryForCurrentUser.path + "/.saksi"
            guard let home = DeviceHome(path: path) else {
                throw Failure("the name of the home folder is empty", status: .usage)
            }
            return home
        }
    }

    /// The proxy that was named, if any.
    var proxyAddress: ProxyAddress? { get throws { try Self.proxyAddress(proxy) } }

    /// The proxy that an option names, else that of the environment, if any.
    static func proxyAddress(_ option: String?) throws -> ProxyAddress? {
        guard let text = proxyName(option) else { return nil }
        guard let address = ProxyAddress(parsing: text) else {
            throw Failure(
                "the proxy is not understood: got \"\(text)\", want socks5://HOST:PORT",
                status: .usage
            )
        }
        return address
    }

    /// The text of ``proxyAddress(_:)``.
    static func proxyName(_ option: String?) -> String? { option ?? environment("SAKSI_PROXY") }

    /// The passphrase out of the file that was named; `nil` where none was.
    func passphraseFromFile() throws -> Passphrase? {
        let path = passphraseFile ?? Self.environment("SAKSI_PASSPHRASE_FILE")
        return try path.map { try PassphraseInput.file($0) }
    }

    /// The passphrase of this device's identity.
    func passphrase(
        hint: String = "run `saksi join` with the invitation you were given"
    ) throws -> Passphrase {
        guard try deviceHome.hasIdentity else {
            throw Failure("this device has not joined a vault", hint: hint)
        }
        return try passphraseFromFile() ?? PassphraseInput.terminal("passphrase: ")
    }

    /// Unlocks this device, connects to its vault, and runs one act.
    func withSession<Result>(
        _ body: (VaultSession) async throws -> Result
    ) async throws -> Result {
        let session = try VaultSession.unlock(
            deviceHome,
            passphrase: passphrase(),
            proxy: proxyAddress
        )
        do {
            let result = try await body(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
