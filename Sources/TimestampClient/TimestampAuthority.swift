// SPDX-License-Identifier: Apache-2.0

public import AsyncHTTPClient
import NIOCore
import NIOHTTP1
public import Timestamp

/// One authority, over HTTP; whatever it answers is bounded in size and in time.
public struct TimestampAuthority: Sendable {
    /// The largest answer that is read, in bytes.
    static let maximumAnswer = 1 << 20
    /// The largest revocation list that is read, in bytes.
    static let maximumList = 16 << 20
    /// By how much a token's time may differ from the asker's clock, in seconds.
    static let tolerance: Int64 = 3600

    /// Where requests are sent.
    public let url: String
    /// The roots that its tokens must lead to.
    public let trust: TimestampTrust
    private let http: HTTPClient
    private let timeout: Duration

    /// Names an authority.
    ///
    /// - Parameters:
    ///   - url: where requests are sent.
    ///   - trust: its roots, and whatever else its chain needs.
    ///   - http: what asks, through a proxy where there must be one.
    ///   - timeout: how long one answer may take.
    public init(url: String, trust: TimestampTrust, http: HTTPClient, timeout: Duration) {
        self.url = url
        self.trust = trust
        self.http = http
        self.timeout = timeout
    }

    /// Has something stamped, checks the answer in both ways, and fetches the revocation lists that the
    /// certificates of its chain name.
    ///
    /// A list that cannot be had, or read, does not stand in the way: a time-stamp now is worth more than
    /// one with lists later. A certificate that a list revokes does, whatever became of the other lists.
    ///
    /// - Parameters:
    ///   - imprint: what is stamped.
    ///   - nonce: a number drawn at random.
    ///   - now: the asker's clock, in seconds since 1970, read once the answer is there.
    /// - Returns: the time-stamp with what verifies it.
    /// - Throws: ``StampFailure``, `TimestampSyntaxError`, ``TimedOut`` or an error of the network.
    public func stamp(
        _ imprint: MessageImprint,
        nonce: TimestampRequest.Nonce,
        now: @Sendable () -> Int64
    ) async throws -> KeptTimestamp {
        let request = TimestampRequest(imprint: imprint, nonce: nonce)
        let response = try await send(request)
        let time = now()
        let found = StoredTimestamp.response(response)
            .verify(answering: request, trusting: trust, at: time)
        if let violation = found.violation { throw StampFailure.refused(violation) }
        let difference = (response.token?.info.time.seconds ?? time) - time
        guard abs(difference) <= Self.tolerance else {
            throw StampFailure.clock(seconds: difference)
        }
        var asked = AskedLists()
        return try await kept(response, chain: found.chain, &asked)
    }

    /// Finds the chain of an answer that was taken before, and fetches its revocation lists.
    ///
    /// - Parameters:
    ///   - response: the answer.
    ///   - imprint: what it must be about.
    ///   - asked: where lists were asked for already; nobody is asked again.
    /// - Returns: the time-stamp with what verifies it.
    /// - Throws: as ``stamp(_:nonce:now:)``.
    public func complete(
        _ response: TimestampResponse,
        about imprint: MessageImprint,
        _ asked: inout AskedLists
    ) async throws -> KeptTimestamp {
        let found = StoredTimestamp.response(response).verify(
            answering: TimestampRequest(imprint: imprint),
            trusting: trust,
            at: response.token?.info.time.seconds ?? 0
        )
        if let violation = found.violation { throw StampFailure.refused(violation) }
        return try await kept(response, chain: found.chain, &asked)
    }

    private func kept(
        _ response: TimestampResponse,
        chain: [[UInt8]],
        _ asked: inout AskedLists
    ) async throws -> KeptTimestamp {
        let lists = await revocationLists(for: chain, &asked)
        let bare = try KeptTimestamp(response: response, chain: chain)
        guard !lists.isEmpty else { return bare }
        let kept = try KeptTimestamp(response: response, chain: chain, revocationLists: lists)
        let found = kept.verify(about: kept.token.info.imprint, trusting: trust.roots)
        guard let violation = found.violation else { return kept }
        if case .chain(let fault) = violation, fault.rule == .revoked {
            throw StampFailure.refused(violation)
        }
        // Lists that do not fit the chain would make a good token look bad for ever.
        return bare
    }

    /// Whether the certificates of a chain, the root aside, name revocation lists.
    public static func namesLists(_ chain: [[UInt8]]) -> Bool { !places(in: chain).isEmpty }

    /// Where there are lists of the certificates of a chain, each with the issuer's certificate.
    private static func places(in chain: [[UInt8]]) -> [(urls: [String], issuer: [UInt8])] {
        zip(chain, chain.dropFirst()).compactMap { bytes, issuer in
            let urls = (try? AuthorityCertificate(parsing: bytes))?.revocationListURLs ?? []
            return urls.isEmpty ? nil : (urls: urls, issuer: issuer)
        }
    }

    /// The lists that can be had.
    ///
    /// One that is not by the issuer is as good as none: it must not stand where another is.
    private func revocationLists(
        for chain: [[UInt8]],
        _ asked: inout AskedLists
    ) async -> [[UInt8]] {
        var lists: [[UInt8]] = []
        for (urls, issuer) in Self.places(in: chain) {
            for url in urls {
                let found = await file(at: url, &asked).revocationLists(signedBy: issuer)
                guard !found.isEmpty else { continue }
                lists += found.filter { !lists.contains($0) }
                break
            }
        }
        return lists
    }

    private func file(at url: String, _ asked: inout AskedLists) async -> CertificateFile {
        if let known = asked.files[url] { return known }
        let bytes = (try? await fetch(url)) ?? []
        let file = (try? CertificateFile(parsing: bytes)) ?? CertificateFile()
        asked.files[url] = file
        return file
    }

    private func fetch(_ url: String) async throws -> [UInt8] {
        try await within(timeout) {
            let response = try await http.execute(
                HTTPClientRequest(url: url),
                deadline: .distantFuture
            )
            guard response.status == .ok else {
                throw StampFailure.status(Int(response.status.code))
            }
            let body = try await response.body.collect(upTo: Self.maximumList)
            return Array(body.readableBytesView)
        }
    }

    /// Asks for a stamp.
    private func send(_ request: TimestampRequest) async throws -> TimestampResponse {
        var message = HTTPClientRequest(url: url)
        message.method = .POST
        message.headers.add(name: "Content-Type", value: "application/timestamp-query")
        message.body = .bytes(ByteBuffer(bytes: request.bytes))
        return try await within(timeout) { [message] in
            let response = try await http.execute(message, deadline: .distantFuture)
            guard response.status == .ok else {
                throw StampFailure.status(Int(response.status.code))
            }
            let type = response.headers.first(name: "Content-Type") ?? ""
            // A captive portal answers everything, with pages of its own.
            guard type.lowercased().hasPrefix("application/timestamp-reply") else {
                throw StampFailure.contentType
            }
            let body = try await response.body.collect(upTo: Self.maximumAnswer)
            return try TimestampResponse(parsing: Array(body.readableBytesView))
        }
    }
}

/// What came of asking for revocation lists, by URL.
public struct AskedLists: Sendable {
    /// Empty where there were none to be had.
    fileprivate var files: [String: CertificateFile] = [:]

    /// Nobody was asked yet.
    public init() {}
}

/// Why an authority's answer was not taken.
public enum StampFailure: Error, Equatable, Sendable {
    /// It answers with an HTTP status other than 200.
    case status(Int)
    /// Its answer is of another media type.
    case contentType
    /// Its token breaks a rule.
    case refused(TimestampViolation)
    /// The token's time and the asker's clock differ by more than an hour.
    case clock(seconds: Int64)
}

extension StampFailure: CustomStringConvertible {
    /// One line in lower case.
    public var description: String {
        switch self {
        case .status(let status): "it answers with status \(status)"
        case .contentType: "its answer is not application/timestamp-reply"
        case .refused(let violation): "\(violation)"
        case .clock(let seconds): "its clock differs from ours by \(seconds) s"
        }
    }
}
