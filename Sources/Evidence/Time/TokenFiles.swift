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

    /// Of a file: `<stem>.tsa1.tsr`, `<stem>.tsa1-root.pem` and so on.
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
            return (kept, [token, chain, root] + (listed == nil ? [] : [lists]))
        } catch {
            throw Finding("\(token): \(error)")
        }
    }
}
