// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// The one set of compiler settings every target is held to.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// For modules that read bytes in loops: their tests would take three times as long without.
let optimized = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let structuredFields = Target.Dependency.product(
    name: "RawStructuredFieldValues",
    package: "swift-http-structured-headers"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
    name: "saksi",
    products: [
        .executable(name: "saksi", targets: ["saksi"]),
        .executable(name: "saksi-verify", targets: ["saksi-verify"]),
        .executable(name: "saksid", targets: ["saksid"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // System C libraries: module map and shim only.
        .systemLibrary(
            name: "CSodium",
            pkgConfig: "libsodium",
            providers: [.apt(["libsodium-dev"])]
        ),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(
            name: "CQRencode",
            pkgConfig: "libqrencode",
            providers: [.apt(["libqrencode-dev"])]
        ),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CTimestamp",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]
        ),

        // Pure values and primitives.
        .target(name: "Encodings", swiftSettings: optimized),
        .target(name: "Secrets", dependencies: ["CSodium"], swiftSettings: strict),
        .target(name: "Bulk", dependencies: ["COpenSSL", "Encodings"], swiftSettings: optimized),
        .target(name: "QRText", dependencies: ["CQRencode"], swiftSettings: strict),
        .target(
            name: "Timestamp",
            dependencies: ["CTimestamp", "Encodings"],
            swiftSettings: optimized
        ),
        .target(
            name: "Shares",
            dependencies: ["Bulk", "Encodings", "Secrets"],
            swiftSettings: optimized
        ),
        .target(
            name: "Age",
            dependencies: ["Bulk", "Encodings", "Secrets", crypto, cryptoExtras],
            swiftSettings: strict
        ),
        .target(
            name: "TransparencyLog",
            dependencies: ["Bulk", "Encodings", crypto],
            swiftSettings: optimized
        ),
        .target(
            name: "Vault",
            dependencies: ["Bulk", "Encodings", "TransparencyLog", crypto],
            swiftSettings: optimized
        ),
        .target(
            name: "TrustRoots",
            path: "Keys",
            exclude: ["README.md"],
            resources: [.embedInCode("policy/default.tlog-policy")],
            swiftSettings: strict
        ),

        // Records that people fill in: testimony and consent, as YAML.
        .target(
            name: "Testimony",
            dependencies: ["Bulk", "Vault", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict
        ),

        // BagIt bags, anybody's: listed, read, held to the rules.
        .target(
            name: "BagIt",
            dependencies: ["Bulk", "CLinux", "Encodings"],
            swiftSettings: optimized
        ),

        // Folders as one file, to be handed over.
        .target(name: "Zip", dependencies: ["Bulk"], swiftSettings: optimized),

        // The page in each bundle that checks it in a browser; Scripts/verify-page makes it.
        .target(
            name: "VerifyPage",
            exclude: ["source"],
            resources: [.embedInCode("verify.html")],
            swiftSettings: strict
        ),

        // Offline evidence: manifests, export, verify; nothing here opens what is sealed.
        .target(
            name: "Evidence",
            dependencies: [
                "BagIt", "Bulk", "CLinux", "Encodings", "Secrets", "Timestamp",
                "TransparencyLog", "Vault", "VerifyPage", crypto,
            ],
            swiftSettings: optimized
        ),
        // Seal and open.
        .target(
            name: "Sealing",
            dependencies: ["Age", "Bulk", "Evidence", "Secrets", "Vault"],
            swiftSettings: strict
        ),

        // Asks time-stamping authorities.
        .target(
            name: "TimestampClient",
            dependencies: [
                "Timestamp", nioCore,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),

        // The daemon.
        .target(
            name: "VaultServer",
            dependencies: [
                "Bulk", "CLinux", "Encodings", "Timestamp", "TimestampClient", "TransparencyLog",
                "Vault", crypto, httpTypes, structuredFields, logging,
                lifecycle, nioCore, nioPosix, nioSSL,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            exclude: ["openapi.json"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "saksid",
            dependencies: ["TimestampClient", "VaultServer", argumentParser, logging, lifecycle],
            swiftSettings: strict
        ),

        // The companion.
        .target(
            name: "VaultClient",
            dependencies: [
                "Age", "BagIt", "Bulk", "Encodings", "Evidence", "Sealing", "Secrets", "Shares",
                "Testimony", "Timestamp", "TimestampClient", "TransparencyLog", "Vault", "Zip",
                crypto, httpTypes, structuredFields, nioCore, nioPosix, nioSSL,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "saksi",
            dependencies: [
                "Age", "BagIt", "Bulk", "CLinux", "Encodings", "Evidence", "QRText", "Secrets",
                "Shares", "Testimony", "Timestamp", "TimestampClient", "TransparencyLog",
                "TrustRoots", "Vault", "VaultClient", "VerifyOptions", argumentParser,
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            resources: [.embedInCode("Export/typeset.py")],
            swiftSettings: strict
        ),

        // Verification alone, to hand to the other side.
        .target(
            name: "VerifyOptions",
            dependencies: [
                "Bulk", "Encodings", "Evidence", "Timestamp", "TransparencyLog", "TrustRoots",
                argumentParser,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "saksi-verify",
            dependencies: [
                "Bulk", "Encodings", "Evidence", "Timestamp", "TransparencyLog", "VerifyOptions",
                argumentParser,
            ],
            swiftSettings: strict,
            // To hand to the other side: one file, which needs no library of the machine that it runs on.
            linkerSettings: [
                .unsafeFlags(
                    ["-static-executable", "-Xlinker", "-s"],
                    .when(configuration: .release)
                )
            ]
        ),

        // Rates for Scripts/bench.
        .executableTarget(
            name: "saksi-bench",
            dependencies: [
                "Age", "Bulk", "Encodings", "Evidence", "Sealing", "Secrets", "TransparencyLog",
                "Vault", argumentParser, crypto, nioCore, nioSSL,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),

        // Tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "SecretsTests",
            dependencies: ["Secrets", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BulkTests",
            dependencies: ["Bulk", "Encodings", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BagItTests",
            dependencies: ["BagIt", "Bulk", "Encodings", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ZipTests",
            dependencies: [
                "Bulk", "Zip", .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TestimonyTests",
            dependencies: ["Bulk", "Testimony", "TestSupport", "Vault"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TrustRootsTests",
            dependencies: ["Bulk", "TransparencyLog", "TrustRoots"],
            swiftSettings: strict
        ),
        .testTarget(name: "EncodingsTests", dependencies: ["Encodings"], swiftSettings: strict),
        .testTarget(
            name: "TimestampTests",
            dependencies: ["Timestamp", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(name: "QRTextTests", dependencies: ["QRText"], swiftSettings: strict),
        .testTarget(
            name: "SharesTests",
            dependencies: ["Encodings", "Secrets", "Shares", "TestSupport"],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AgeTests",
            dependencies: ["Bulk", "Encodings", "Age", "Secrets", "TestSupport", crypto],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TransparencyLogTests",
            dependencies: ["Bulk", "Encodings", "TransparencyLog", "TestSupport", crypto],
            swiftSettings: strict
        ),
        .testTarget(
            name: "VaultTests",
            dependencies: ["Bulk", "Encodings", "Vault", "TransparencyLog", "TestSupport", crypto],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EvidenceTests",
            dependencies: [
                "Bulk", "Encodings", "Evidence", "Age", "Sealing", "Secrets", "Vault",
                "TransparencyLog", "TestSupport", "Timestamp", "VerifyPage",
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "VaultServerTests",
            dependencies: [
                "Bulk", "Encodings", "VaultServer", "Vault", "Timestamp", "TimestampClient",
                "TransparencyLog",
                "TestSupport", crypto, httpTypes, lifecycle, logging, nioCore, nioPosix, nioSSL,
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "VaultClientTests",
            dependencies: [
                "Age", "Bulk", "Encodings", "Evidence", "Sealing", "Secrets", "Shares",
                "Testimony", "TestSupport", "TransparencyLog", "Vault", "VaultClient",
                "VaultServer", logging,
                nioCore,
                nioPosix, nioSSL, lifecycle,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Age", "QRText", "Secrets", "TestSupport",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
    ]
)

// The fuzz targets link libFuzzer: only Scripts/fuzz asks for them.
if Context.environment["SAKSI_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "saksi-fuzz",
            dependencies: [
                "Age", "BagIt", "Bulk", "Encodings", "Evidence", "Sealing", "Secrets", "Shares",
                "Timestamp", "TransparencyLog", "Vault",
            ],
            path: "Fuzz",
            swiftSettings: strict
        )
    )
}
