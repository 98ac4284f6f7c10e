// SPDX-License-Identifier: Apache-2.0

import Timestamp

/// The files of one authority's time-stamp in a bundle, as `openssl ts -verify` takes them.
struct TokenFiles {
    /// The authority's whole answer.
    let token: String
    /// The root of its chain in PEM.
    let root: String
    /// The rest of its chain in PEM.
    let chain: String
    /// The revocation lists in PEM; absent where there were none to be had.
    let lists: String

    /// The short name of an authority; they count from 1.
    static func name(_ number: Int) -> String { "tsa\(number)" }

    /// Of the seal: `seal/SEAL.txt.tsa1.tsr`, `seal/tsa1-root.pem` and so on.
    static func ofSeal(_ number: Int) -> TokenFiles {
        let name = name(number)
        return TokenFiles(
            token: "\(BundleLayout.seals)SEAL.txt.\(name).tsr",
            others: BundleLayout.seals + name
        )
    }

    /// Of another file: `<stem>.tsa1.tsr`, `<stem>.tsa1-root.pem` and so on.
    static func beside(_ stem: String, _ number: Int) -> TokenFiles {
        let name = "\(stem).\(name(number))"
        return TokenFiles(token: "\(name).tsr", others: name)
    }

    private init(token: String, others: String) {
        self.token = token
        root = "\(others)-root.pem"
        chain = "\(others)-chain.pem"
        lists = "\(others)-crls.pem"
    }

    /// The bytes of each.
    func bytes(of kept: KeptTimestamp) -> [String: [UInt8]] {
        var files = [
            token: kept.response.bytes, root: kept.rootPEM, chain: kept.chainPEM,
        ]
        if !kept.revocationLists.isEmpty { files[lists] = kept.revocationListsPEM }
        return files
    }

    /// What checks it, and the revocation lists where there are some, with openssl.
    func command(over data: String, _ kept: KeptTimestamp) -> String {
        let check =
            "openssl ts -verify -data \(data) -in \(token) -untrusted \(chain) -attime \(kept.judgedAt)"
        return kept.revocationLists.isEmpty
            ? "\(check) -CAfile \(root)"
            : "cat \(root) \(lists) | \(check) -crl_check_all -CAfile /dev/stdin"
    }

    /// Reads them back.
    ///
    /// - Parameter read: gives a file's bytes, `nil` where there is none.
    /// - Returns: the time-stamp, and the files that were read.
    /// - Throws: ``Finding``.
    func kept(
        _ read: (String) throws(Finding) -> [UInt8]?
    ) throws(Finding) -> (kept: KeptTimestamp, paths: [String]) {
        var found: [[UInt8]] = []
        for path in [token, chain, root] {
            guard let bytes = try read(path) else { throw Finding("\(path) is missing") }
            found.append(bytes)
        }
        let listed = try read(lists)
        do {
            let kept = try KeptTimestamp(
                response: found[0],
                chain: found[1],
                root: found[2],
                revocationLists: listed ?? []
            )
            let read = [token, chain, root] + (listed == nil ? [] : [lists])
            let written = bytes(of: kept)
            for (path, bytes) in zip(read, found + [listed ?? []]) where written[path] != bytes {
                throw Finding("\(path) is not in its one spelling")
            }
            return (kept, read)
        } catch {
            throw (error as? Finding) ?? Finding("\(token): \(error)")
        }
    }
}
