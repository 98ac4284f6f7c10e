// SPDX-License-Identifier: Apache-2.0

/// The page that checks a bundle in a browser, compiled in so that every bundle gets the same one.
///
/// `source/` holds its parts, of which `Scripts/verify-page` makes `verify.html`: one file that fetches nothing.
/// A module of its own, because a large literal is slow to compile.
public enum VerifyPage {
    /// `verify.html`, as it lies in a bundle.
    public static var bytes: [UInt8] { PackageResources.verify_html }
}
