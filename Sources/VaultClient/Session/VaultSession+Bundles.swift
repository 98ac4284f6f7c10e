// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Timestamp
import Vault

/// What every bundle of an export is made with.
struct BundleMaking {
    let reading: CaseReading
    /// The logged access to each record.
    let access: [Hash: Hash]
    let signer: ExportSigner
    let documents: ExportDocuments
    /// They time-stamp each seal.
    let authorities: Authorities?
    let progress: @Sendable (UInt64, UInt64) -> Void
}

extension VaultSession {
    /// Makes one bundle, and logs its export before it appears.
    ///
    /// - Throws: ``UnfinishedExport`` for whatever fails after that.
    func makeBundle(
        _ contents: BundleContents,
        at path: String,
        _ making: BundleMaking
    ) async throws -> MadeBundle {
        let exporter = identity.record.fingerprint
        let writer = try BundleWriter(contents, to: path)
        try await making.reading.write(writer, making.access, making.progress)
        try await making.documents.add(
            to: writer,
            for: contents.consentClass,
            by: exporter,
            at: contents.date
        )
        let manifest = try writer.writePayload()
        let key = making.signer.publicKey
        let act = contents.export(manifest: manifest, key: key.name)
        let logged = try await post(sign(.export(act)))
        do {
            let seal = try writer.seal(with: Receipt(parsing: logged.receipt), by: making.signer)
            let answer = try await making.authorities?.stamp(seal) ?? Authorities.Answer()
            try writer.add(answer.stamps)
            try await making.documents.addCertificate(
                to: writer,
                for: act,
                by: exporter,
                sealed: seal,
                key: key,
                stamps: answer.stamps,
                index: logged.index,
                at: contents.date
            )
            try writer.finish()
            return MadeBundle(
                bundle: path,
                files: writer.files.count,
                manifest: manifest.hex,
                seal: Hash(hashing: seal).hex,
                stamps: answer.stamps.map(\.token.info.time.text),
                unstamped: answer.failures,
                statement: logged.entry.signed.id.hex,
                index: logged.index
            )
        } catch {
            throw UnfinishedExport(entries: [logged.index], cause: error)
        }
    }

    /// Makes the parts of an export, the first one last: it names the seals of the others.
    ///
    /// The log is read anew for each, so that its custody log shows the exports before it.
    func makeBundles(
        of parts: [[BundleContents.Submission]],
        of caseID: CaseID,
        _ consentClass: ConsentClass,
        _ date: UTCTime,
        at path: String,
        _ making: BundleMaking
    ) async throws -> [MadeBundle] {
        let folder = try BundleParts(at: path)
        var made: [MadeBundle] = []
        do {
            for number in Array(2...parts.count) + [1] {
                var contents = try await contents(
                    of: parts[number - 1],
                    in: view(of: caseID),
                    for: consentClass,
                    date: date
                )
                let seals = number == 1 ? made.compactMap { Hash(hex: $0.seal) } : []
                contents.part = BundlePart(number, of: parts.count, date: date, seals: seals)
                made.append(
                    try await makeBundle(contents, at: folder.location(ofPart: number), making)
                )
            }
            try folder.finish()
        } catch let error as UnfinishedExport {
            throw UnfinishedExport(entries: made.map(\.index) + error.entries, cause: error.cause)
        } catch let error where !made.isEmpty {
            throw UnfinishedExport(entries: made.map(\.index), cause: error)
        }
        return ([made[made.count - 1]] + made.dropLast()).enumerated().map { place, part in
            part.moved(to: "\(path)/\(BundlePart.folder(place + 1))")
        }
    }
}

/// An export that was cut off, or failed, after the vault had logged it: there is no bundle.
public struct UnfinishedExport: Error {
    /// The leaf indices of the entries, one for each bundle.
    public let entries: [UInt64]
    /// What kept the bundle from being finished; `CancellationError` where somebody ended it.
    public let cause: any Error
}

/// One bundle of an export.
public struct MadeBundle: Encodable, Sendable {
    /// The folder.
    public private(set) var bundle: String
    /// Original files in it.
    public let files: Int
    /// SHA-256 of the payload's manifest, which the logged statement names.
    public let manifest: String
    /// SHA-256 of `SEAL.txt`, the number for the paper certificate.
    public let seal: String
    /// The times of the seal's time-stamps, RFC 3339.
    public let stamps: [String]
    /// Authorities that did not stamp the seal, each with the reason.
    public let unstamped: [String]
    /// SHA-256 of the statement's text.
    public let statement: String
    /// The leaf index of the entry.
    public let index: UInt64

    fileprivate func moved(to path: String) -> Self {
        var moved = self
        moved.bundle = path
        return moved
    }
}
