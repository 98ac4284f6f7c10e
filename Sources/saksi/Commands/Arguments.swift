// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Vault

// The vault's words as people type them.

extension Fingerprint: ExpressibleByArgument {
    /// Reads any of the three spellings.
    public init?(argument: String) { self.init(parsing: argument) }
}

extension Role: ExpressibleByArgument {}

extension ConsentClass: ExpressibleByArgument {}
