// SPDX-License-Identifier: Apache-2.0

import Foundation
import Vault

/// Results as lines of `label: value` for people, or as one JSON document for programs.
enum Listing {
    /// Prints labelled values, the values in one column; what is `nil` is left out.
    static func show(_ lines: [(label: String, value: String?)]) {
        let width = lines.filter { $0.value != nil }.map(\.label.count).max() ?? 0
        for case (let label, let value?) in lines {
            let padding = String(repeating: " ", count: width - label.count)
            Terminal.result("\(label):\(padding) \(value)")
        }
    }

    /// Prints a value as JSON: keys sorted, one document, UTF-8.
    static func show(json value: some Encodable, onOneLine: Bool = false) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !onOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
        Terminal.resultJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
