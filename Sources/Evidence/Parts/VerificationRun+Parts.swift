// SPDX-License-Identifier: Apache-2.0

import Bulk

extension VerificationRun {
    /// Which part of an export this is, as it says itself; `nil` where it is all of it.
    func part() throws(Finding) -> BundlePart? {
        BundlePart(info: String(decoding: try bytes(BundleLayout.info), as: UTF8.self))
    }

    /// The parts that lie beside this one are those that the first one names.
    func checkParts() throws(Finding) -> String? {
        let hasList = try need(files, from: .files).sizes[BundleLayout.parts] != nil
        guard let part = try part() else {
            guard !hasList else { throw Finding("\(BundleLayout.parts) names parts of no export") }
            return "this is all of the export, not a part of it"
        }
        guard hasList == (part.number == 1) else {
            throw Finding("\(BundleLayout.parts) \(hasList ? "has no place here" : "is missing")")
        }
        let first = hasList ? try bytes(BundleLayout.parts) : bytes(BundleLayout.parts, ofPart: 1)
        guard let first else {
            return "part 1 of \(part.count), which names the seals of all, is not beside this one"
        }
        guard let seals = BundlePart.seals(in: first, count: part.count) else {
            throw Finding("\(BundleLayout.parts) does not name the seals of \(part.count) parts")
        }
        var missing: [String] = []
        for (place, want) in seals.enumerated() where hasList || place + 2 == part.number {
            let number = place + 2
            let seal =
                hasList
                ? bytes(BundleLayout.seal, ofPart: number) : try bytes(BundleLayout.seal)
            guard let seal else {
                missing.append("\(number)")
                continue
            }
            let got = Hash(hashing: seal)
            guard got == want else {
                throw Finding(
                    "part \(number) is another than part 1 names: got \(got), want \(want)"
                )
            }
        }
        guard !missing.isEmpty else { return nil }
        return "not beside this one, of \(part.count) parts: \(missing.joined(separator: ", "))"
    }

    /// A file of another part; `nil` where it cannot be read.
    private func bytes(_ name: String, ofPart number: Int) -> [UInt8]? {
        BundlePart.bytes(name, ofPart: number, in: "\(path)/..")
    }
}
