// SPDX-License-Identifier: Apache-2.0

/// A time-stamp with everything that verifies it later: the chain and the revocation lists as they
/// were then.
///
/// An authority's certificate ends, its lists go away; what is kept here is judged at ``judgedAt``, when
/// all of it was valid, and so for as long as its algorithms hold. What follows the end of the chain is
/// shown by a renewal: another time-stamp, made before, over this one.
public struct KeptTimestamp: Hashable, Sendable {
    /// The authority's whole answer, which grants a token.
    public let response: TimestampResponse
    /// The token in it.
    public let token: TimestampToken
    /// The certificates in DER: the signer's first, the root last.
    public let chain: [[UInt8]]
    /// The lists that every certificate of the chain but the root is held to, in DER; none where there
    /// were none to be had.
    public let revocationLists: [[UInt8]]
    /// A time at which all of it is valid, in seconds since 1970.
    ///
    /// It is the token's own, or that of the newest list where that was made afterwards: the number for
    /// `openssl ts -verify -attime`.
    public let judgedAt: Int64
    /// When the first certificate of the chain ends, in seconds since 1970.
    public let expires: Int64

    /// Puts together what was kept.
    ///
    /// - Parameters:
    ///   - response: the answer.
    ///   - chain: the signer's certificate first, the root last.
    ///   - revocationLists: in DER.
    /// - Throws: ``TimestampSyntaxError``: `tokenMissing` where the answer grants none; `malformed` where
    ///   the chain is empty, or a certificate or list cannot be read.
    public init(
        response: TimestampResponse,
        chain: [[UInt8]],
        revocationLists: [[UInt8]] = []
    ) throws(TimestampSyntaxError) {
        guard let token = response.token else { throw .tokenMissing }
        var ends: [Int64] = []
        for bytes in chain { ends.append(try AuthorityCertificate(parsing: bytes).notAfter) }
        guard let end = ends.min() else { throw .malformed(.certificate) }
        var time = token.info.time.seconds
        for bytes in revocationLists {
            time = max(time, try RevocationListTimes(parsing: bytes).thisUpdate)
        }
        self.response = response
        self.token = token
        self.chain = chain
        self.revocationLists = revocationLists
        judgedAt = time
        expires = end
    }

    /// The end of the chain.
    public var root: [UInt8] { chain[chain.count - 1] }

    /// Checks everything in both ways, at ``judgedAt``.
    ///
    /// - Parameters:
    ///   - imprint: what it must be about.
    ///   - roots: the roots that are trusted; its own ``root`` where it is `nil`, which shows only that
    ///     what is kept belongs together.
    /// - Returns: what both ways found.
    public func verify(
        about imprint: MessageImprint,
        trusting roots: CertificateFile? = nil
    ) -> TimestampVerification {
        let lists = CertificateFile(revocationLists: revocationLists)
        let trust = TimestampTrust(
            roots: roots ?? CertificateFile(certificates: [root]),
            intermediates: CertificateFile(certificates: chain),
            revocationLists: revocationLists.isEmpty ? nil : lists
        )
        return StoredTimestamp.response(response).verify(
            answering: TimestampRequest(imprint: imprint),
            trusting: trust,
            at: judgedAt
        )
    }
}

extension KeptTimestamp {
    /// The root in PEM, as `openssl ts -verify -CAfile` takes it.
    public var rootPEM: [UInt8] { CertificateFile(certificates: [root]).pem }

    /// The rest of the chain in PEM, as `-untrusted` takes it; the root itself where there is no more.
    public var chainPEM: [UInt8] {
        CertificateFile(certificates: chain.count > 1 ? chain.dropLast() : chain).pem
    }

    /// The revocation lists in PEM; empty where there are none.
    public var revocationListsPEM: [UInt8] {
        CertificateFile(revocationLists: revocationLists).pem
    }

    /// Reads the form of ``chainPEM``, ``rootPEM`` and ``revocationListsPEM``.
    ///
    /// - Parameters:
    ///   - response: the `.tsr` file.
    ///   - chain: the chain without its root, or the root alone where there is no more.
    ///   - root: the root.
    ///   - revocationLists: the lists; empty where there are none.
    /// - Throws: ``KeptTimestampError``.
    public init(
        response: [UInt8],
        chain: [UInt8],
        root: [UInt8],
        revocationLists: [UInt8] = []
    ) throws(KeptTimestampError) {
        let answer: TimestampResponse
        do { answer = try TimestampResponse(parsing: response) } catch { throw .response(error) }
        let certificates: [[UInt8]]
        var lists = CertificateFile()
        do {
            let root = try CertificateFile(parsing: root).certificates
            certificates =
                try CertificateFile(parsing: chain).certificates.filter {
                    !root.contains($0)
                } + root
            if !revocationLists.isEmpty { lists = try CertificateFile(parsing: revocationLists) }
        } catch {
            throw .certificates(error)
        }
        do {
            try self.init(
                response: answer,
                chain: certificates,
                revocationLists: lists.revocationLists
            )
        } catch {
            throw .response(error)
        }
    }
}

/// Why files are no kept time-stamp.
public enum KeptTimestampError: Error, Equatable, Sendable {
    /// The answer, or a certificate or list in it, cannot be read.
    case response(TimestampSyntaxError)
    /// A file of certificates or lists cannot be read.
    case certificates(CertificateFileError)
}

extension KeptTimestampError: CustomStringConvertible {
    /// One line in lower case.
    public var description: String {
        switch self {
        case .response(let error): "\(error)"
        case .certificates(let error): "\(error)"
        }
    }
}
