// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
public import Timestamp
public import TimestampClient

/// Time-stamping authorities that this device asks itself, as a person named them.
///
/// An authority learns a hash, the time, and the address of the device or of its proxy.
public struct Authorities: Sendable {
    /// What came of asking them.
    public struct Answer: Sendable {
        /// Of those that answered well, in the order in which they were named.
        public internal(set) var stamps: [KeptTimestamp] = []
        /// The others: their URLs, each with a reason.
        public internal(set) var failures: [String] = []
    }

    /// How long one answer may take.
    private static let timeout = Duration.seconds(60)

    private var all: [(url: String, trust: TimestampTrust)] = []
    private let proxy: ProxyAddress?

    /// Reads the files with the roots.
    ///
    /// - Parameters:
    ///   - addresses: whom to ask.
    ///   - proxy: what to ask them through.
    /// - Throws: ``ClientError`` `.failed` where a file of roots cannot be read.
    public init(_ addresses: [AuthorityAddress], proxy: ProxyAddress?) throws(ClientError) {
        for address in addresses {
            guard let data = FileManager.default.contents(atPath: address.roots) else {
                throw ClientError(.failed, "the roots cannot be read: \"\(address.roots)\"")
            }
            do {
                let file = try CertificateFile(parsing: Array(data))
                all.append((address.url, TimestampTrust(roots: file, intermediates: file)))
            } catch {
                throw ClientError(.failed, "\"\(address.roots)\": \(error)")
            }
        }
        self.proxy = proxy
    }

    /// Has bytes stamped by each; one that fails does not keep the others from being asked.
    ///
    /// - Throws: `CancellationError` where the asking was ended early.
    public func stamp(_ bytes: [UInt8]) async throws(CancellationError) -> Answer {
        let http = HTTPClient.outbound(
            timeout: Self.timeout,
            proxy: proxy.map { .socksServer(host: $0.host, port: $0.port) }
        )
        var answer = Answer()
        for (url, trust) in all where !Task.isCancelled {
            let authority = TimestampAuthority(
                url: url,
                trust: trust,
                http: http,
                timeout: Self.timeout
            )
            do {
                answer.stamps.append(
                    try await authority.stamp(
                        MessageImprint(hashing: bytes),
                        nonce: TimestampRequest.Nonce(.random(in: 1...(.max))),
                        now: { VaultClock.deviceTime }
                    )
                )
            } catch {
                answer.failures.append("\(url): \(Self.reason(error))")
            }
        }
        try? await http.shutdown()
        // Whoever was being asked then did not fail.
        guard !Task.isCancelled else { throw CancellationError() }
        return answer
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as StampFailure: "\(error)"
        case let error as TimestampSyntaxError: "\(error)"
        case is TimedOut: "it took longer than a minute"
        default: "it cannot be reached"
        }
    }
}
