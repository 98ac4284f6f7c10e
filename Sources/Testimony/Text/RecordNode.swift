// SPDX-License-Identifier: Apache-2.0

import Yams

/// A piece of YAML with its line, all scalars as text.
struct RecordNode {
    /// Counted from 1.
    let line: Int
    let content: Content

    enum Content {
        case text(String)
        case list([RecordNode])
        case group([(key: RecordNode, value: RecordNode)])
    }

    /// Reads one document.
    ///
    /// - Throws: ``FormError``: it is too large, not UTF-8, not YAML, or has an anchor.
    init(parsing bytes: [UInt8]) throws(FormError) {
        guard bytes.count <= FilledForm.maximumSize else { throw FormError(line: nil, .tooLarge) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FormError(line: nil, .notUTF8)
        }
        // Aliases of aliases make a small file huge. Without an anchor there is no alias.
        if let line = Anchors.firstLine(in: bytes) { throw FormError(line: line, .anchor) }
        let root: Node?
        do {
            root = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw FormError(error)
        } catch {
            throw FormError(line: nil, .yaml("cannot be read"))
        }
        guard let root else { throw FormError(line: 1, .empty) }
        self.init(root)
    }

    private init(_ node: Node) {
        line = node.mark?.line ?? 1
        switch node {
        case .scalar(let scalar):
            // A tilde stands for nothing, as an empty field does.
            content = .text(scalar.style == .plain && scalar.string == "~" ? "" : scalar.string)
        case .sequence(let sequence): content = .list(sequence.map { RecordNode($0) })
        case .mapping(let mapping):
            content = .group(mapping.map { (key: RecordNode($0.key), value: RecordNode($0.value)) })
        case .alias: content = .text("")
        }
    }
}

/// Where YAML could see an anchor.
enum Anchors {
    /// Whether an anchor could begin at the place of an ampersand: a word is right behind it, none before.
    static func mayBegin(in bytes: some Sequence<UInt8>) -> [Int] {
        let bytes = Array(bytes)
        return bytes.indices.filter { place in
            bytes[place] == UInt8(ascii: "&")
                && place + 1 < bytes.count && isWord(bytes[place + 1])
                && (place == 0 || !isWord(bytes[place - 1]))
        }
    }

    static func firstLine(in bytes: [UInt8]) -> Int? {
        guard let first = mayBegin(in: bytes).first else { return nil }
        return bytes[..<first].count { $0 == UInt8(ascii: "\n") } + 1
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension FormError {
    fileprivate init(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(line: mark.line, .yaml(problem))
        case .duplicatedKeysInMapping(let names, let context):
            self.init(line: context.mark.line, .repeated(names.first ?? ""))
        case .reader(let problem, _, _, _): self.init(line: nil, .yaml(problem))
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            self.init(line: nil, .yaml("cannot be read"))
        }
    }
}
