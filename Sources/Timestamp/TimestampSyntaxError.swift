// SPDX-License-Identifier: Apache-2.0

/// A part of a request, a response or a token, named as RFC 3161 and RFC 5652 name it.
public enum TimestampPart: String, Equatable, Sendable {
    case request = "TimeStampReq"
    case response = "TimeStampResp"
    case status = "PKIStatusInfo"
    case contentInfo = "ContentInfo"
    case signedData = "SignedData"
    case signerInfo = "SignerInfo"
    case signedAttributes = "SignedAttributes"
    case signingCertificate = "SigningCertificate"
    case certificate = "Certificate"
    case revocationList = "CertificateList"
    case tstInfo = "TSTInfo"
    case messageImprint = "MessageImprint"
    case genTime
    case accuracy = "Accuracy"
}

/// Why bytes are no request, response or token.
public enum TimestampSyntaxError: Error, Equatable, Sendable {
    /// The part is not encoded as its specification has it.
    case malformed(TimestampPart)
    /// Bytes follow what was read.
    case trailingBytes(count: Int)
    /// The part has a version that is not known.
    case version(TimestampPart)
    /// The content is none that this reader knows: it wants SignedData that holds a TSTInfo.
    case contentType(OID)
    /// The imprint's hash algorithm is not known, or too weak to be taken.
    case hashAlgorithm(OID)
    /// The imprint's hash has not the size of its algorithm.
    case imprintSize(got: Int, want: Int)
    /// The response grants a token and has none.
    case tokenMissing
    /// The response has a token and grants none.
    case tokenUnasked
}

extension TimestampSyntaxError: CustomStringConvertible {
    /// One line in lower case.
    public var description: String {
        switch self {
        case .malformed(let part): "the \(part.rawValue) is malformed"
        case .trailingBytes(let count): "\(count) bytes follow what was read"
        case .version(let part): "the \(part.rawValue) has a version that is not known"
        case .contentType(let type): "the content type is \(type), want SignedData with a TSTInfo"
        case .hashAlgorithm(let type): "the imprint's hash algorithm \(type) is not taken"
        case .imprintSize(let got, let want): "the imprint has \(got) bytes, want \(want)"
        case .tokenMissing: "the response grants a token and has none"
        case .tokenUnasked: "the response has a token and grants none"
        }
    }
}
