// SPDX-License-Identifier: Apache-2.0

extension BundleLayout {
    /// Whether a file of a receipt comes before another: the one whose number is smaller does.
    ///
    /// A number has four digits, or more where it needs them: `10000-export` follows `9999-access`.
    static func isReceipt(_ path: String, before other: String) -> Bool {
        let (digits, others) = (digits(of: path), digits(of: other))
        return digits == others ? path < other : digits < others
    }

    /// How many digits a receipt's number has.
    private static func digits(of path: String) -> Int {
        path.utf8.dropFirst(receipts.utf8.count)
            .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
    }
}
