// SPDX-License-Identifier: Apache-2.0

public import Vault

extension Fingerprint: Encodable {
    /// Written as 64 hexadecimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
