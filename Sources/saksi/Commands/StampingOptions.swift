// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import TimestampClient
import VaultClient

/// Which authorities time-stamp a bundle, and through what they are asked.
struct StampingOptions: ParsableArguments {
    @Option(
        name: .customLong("tsa"),
        help: ArgumentHelp(
            "An authority that time-stamps the seal, and the file with its roots; may be repeated.",
            valueName: "url=file"
        )
    )
    var addresses: [String] = []

    @Option(
        name: .customLong("tsa-proxy"),
        help: ArgumentHelp(
            "A SOCKS 5 proxy for these requests: else that of --proxy or $SAKSI_PROXY, else none.",
            valueName: "socks5://host:port"
        )
    )
    var proxy: String?

    /// The authorities that were named; `nil` where none was.
    ///
    /// - Parameter other: the proxy where none was named for them; else it is that of the environment.
    /// - Returns: them, with their roots read.
    /// - Throws: ``Failure`` `.usage`, or `ClientError` where a file cannot be read.
    func authorities(otherwise other: String? = nil) throws -> Authorities? {
        guard !addresses.isEmpty else { return nil }
        let named = try addresses.map { text in
            guard let address = AuthorityAddress(text) else {
                throw Failure("--tsa: got \"\(text)\", want URL=FILE", status: .usage)
            }
            return address
        }
        return try Authorities(named, proxy: DeviceOptions.proxyAddress(proxy ?? other))
    }

    /// Says which authorities did not stamp, each with the reason.
    static func warn(of failures: [String]) {
        for failure in failures {
            _ = Terminal.error("saksi: warning: not time-stamped by \(failure)")
        }
    }
}
