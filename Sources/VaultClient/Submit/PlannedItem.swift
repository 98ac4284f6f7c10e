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
    /// Bytes of what is sealed.
    private(set) var size: UInt64
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
                var item = PlannedItem(
                    path: Base64.padded.encode(path.absolute.bytes),
                    role: role,
                    size: file.size,
                    modified: file.modified.seconds,
                    type: MediaType.recognised(in: path),
                    details: role == .testimony ? ItemDetails() : details
                )
                if role == .testimony { try item.takeApart(path) }
                items.append(item)
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

    /// Finds a testimony record's fields or a text's paragraphs; nothing in what is no text, or too long
    /// to be taken apart.
    ///
    /// - Throws: ``FormError`` for what is meant to be a record and is none.
    private mutating func takeApart(_ path: FilePath) throws(FormError) {
        let limit = Paragraphs.maximumTextSize
        guard size <= UInt64(limit), type == "text/plain",
            let bytes = try? DurableFile.read(path, limit: limit)
        else { return }
        do throws(FormError) {
            let record = try TestimonyRecord(parsing: bytes)
            details.fields = record.facts
            size = UInt64(record.text.utf8.count)
        } catch {
            guard !Self.isMeantAsRecord(bytes) else { throw error }
            details.paragraphs = Paragraphs.cutting(bytes) ?? []
        }
    }

    /// Whether a line of a text says that it is a testimony record: a form begins with its questions.
    private static func isMeantAsRecord(_ bytes: [UInt8]) -> Bool {
        let mark = "saksi/v1 testimony"
        return bytes.split(separator: UInt8(ascii: "\n")).contains {
            $0.starts(with: "form:".utf8) && String(decoding: $0, as: UTF8.self).contains(mark)
        }
    }

    /// What is sealed: the file, opened again as the one that was found, or the one spelling of a record.
    ///
    /// What stands beside the answers in a record's file, such as a remark with a name, is not sealed.
    func content() throws -> Plaintext {
        guard !details.fields.isEmpty else { return .file(try open()) }
        let path = try filePath
        guard let bytes = try? DurableFile.read(path, limit: Paragraphs.maximumTextSize),
            let record = try? TestimonyRecord(parsing: bytes), record.facts == details.fields
        else { throw try changed }
        return .bytes(Array(record.text.utf8))
    }

    private func open() throws -> SourceFile {
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

extension TestimonyRecord {
    /// The facts as a manifest holds them.
    fileprivate var facts: [ManifestFact] {
        leaves.map { ManifestFact(path: $0.path, value: .string($0.text)) }
    }
}
