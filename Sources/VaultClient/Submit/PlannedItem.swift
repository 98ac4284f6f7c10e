// SPDX-License-Identifier: Apache-2.0

import Encodings
import Evidence
import Sealing
import Testimony
import Vault

/// One file of a submission, as it was found.
struct PlannedItem: Codable, Equatable, Sendable {
    enum Role: String, Codable, Sendable { case testimony, file }

    /// Base 64 of the absolute path's bytes.
    let path: String
    let role: Role
    /// Bytes.
    let size: UInt64
    /// Seconds since 1970, by the device's file system.
    let modified: Int64
    /// Media type, recognised by the first bytes.
    let type: String
    /// What is said of it, with the parts of a text testimony.
    var details = ItemDetails()

    /// What was asked for, without what was found.
    var question: PlannedItem.Question {
        var asked = details
        asked.derivation = nil
        asked.paragraphs = []
        asked.fields = []
        return Question(path: path, role: role, details: asked)
    }

    struct Question: Equatable {
        let path: String
        let role: Role
        let details: ItemDetails
    }

    /// Where the file is.
    var filePath: FilePath {
        get throws {
            guard let path = Base64.padded.decode(path).flatMap({ FilePath(bytes: $0) }) else {
                throw JournalEntry.damage
            }
            return path
        }
    }

    /// Looks at files before anything is sent.
    ///
    /// - Throws: ``ClientError`` that names every file that cannot be submitted, not only the first.
    static func inspect(
        _ files: [(FilePath, Role)],
        details: ItemDetails = ItemDetails()
    ) throws(ClientError) -> [PlannedItem] {
        var items: [PlannedItem] = []
        var refused: [String] = []
        var seen: Set<FilePath> = []
        for (path, role) in files {
            guard seen.insert(path.absolute).inserted else {
                refused.append("\"\(path.text)\" is named twice")
                continue
            }
            do {
                let file = try SourceFile(path: path.bytes)
                items.append(
                    PlannedItem(
                        path: Base64.padded.encode(path.absolute.bytes),
                        role: role,
                        size: file.size,
                        modified: file.modified.seconds,
                        type: MediaType.recognised(in: path),
                        details: role == .testimony
                            ? try testimony(in: path, file.size) : details
                    )
                )
            } catch {
                refused.append("\"\(path.text)\": \(error)")
            }
        }
        guard refused.isEmpty else {
            let shown = refused.prefix(20).joined(separator: "; ")
            let more = refused.count > 20 ? "; and \(refused.count - 20) more" : ""
            throw ClientError(.failed, "nothing was submitted: \(shown)\(more)")
        }
        guard !items.isEmpty else { throw ClientError(.failed, "there is nothing to submit") }
        return items
    }

    /// A testimony record's fields or a text's paragraphs; nothing of what is no text, or too long to
    /// be taken apart.
    ///
    /// - Throws: ``FormError`` for what begins like a record and is none.
    private static func testimony(
        in path: FilePath,
        _ size: UInt64
    ) throws(FormError) -> ItemDetails {
        var details = ItemDetails()
        let limit = Paragraphs.maximumTextSize
        guard size <= UInt64(limit), MediaType.recognised(in: path) == "text/plain",
            let bytes = try? DurableFile.read(path, limit: limit)
        else { return details }
        do throws(FormError) {
            details.fields = try TestimonyRecord(parsing: bytes).leaves.map {
                ManifestFact(path: $0.path, value: .string($0.text))
            }
        } catch {
            guard !bytes.starts(with: recordMark) else { throw error }
            details.paragraphs = Paragraphs.cutting(bytes) ?? []
        }
        return details
    }

    /// How the text of a testimony record begins.
    private static let recordMark = Array("form: saksi/v1 testimony".utf8)

    /// Opens the file again, as the one that was found.
    func open() throws -> SourceFile {
        let path = try filePath
        let file: SourceFile
        do throws(SourceError) {
            file = try SourceFile(path: path.bytes)
        } catch {
            throw ClientError(.failed, "\"\(path.text)\": \(error)")
        }
        guard file.size == size, file.modified.seconds == modified else { throw try changed }
        return file
    }

    /// Says that the file is not what it was when the submission began.
    var changed: ClientError {
        get throws {
            ClientError(
                .failed,
                "\"\(try filePath.text)\" changed while it was being submitted: nothing was submitted",
                hint: "copy the file, drop the unfinished submission (`saksi outbox discard`), and "
                    + "submit the copy"
            )
        }
    }
}
