// SPDX-License-Identifier: Apache-2.0

/// The public trust roots, compiled in so that no file can be put in their place at run time.
///
/// Each is described in the README beside this file. There is never a private key here.
public enum TrustRoots {
    /// The witness policy where nobody names another: a tlog-policy file (c2sp.org/tlog-policy).
    public static var defaultPolicy: [UInt8] { PackageResources.default_tlog_policy }
}
