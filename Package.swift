// swift-tools-version: 6.2
import PackageDescription

// Targets in one line, CLI → Web → Core → SQL, and the two emulators beside Web: each knows some of those to its right, none
// to its left. Edge is below all that listen. Bench measures the program from outside.
// Adapters are folders, not targets. C libraries come from Debian's -dev packages.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")

let package = Package(
    name: "darkroom",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "darkroom", targets: ["CLI"]),
        .executable(name: "darkroom-bench", targets: ["Bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: ["CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CLibvips", pkgConfig: "vips", providers: [.apt(["libvips-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CVips", dependencies: ["CLibvips", "CTurboJPEG"]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(
            name: "SQL",
            dependencies: [.product(name: "GRDB", package: "GRDB.swift"), "CLibpq", crypto],
            swiftSettings: settings
        ),
        .target(
            name: "Core",
            dependencies: [
                "SQL", "CVips", "CZlib", crypto, cryptoExtras, logging, nio, nioPosix, nioHTTP1, httpTypes, httpClient,
                lifecycle, x509, asn1,
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Subprocess", package: "swift-subprocess"), systemPackage,
            ],
            resources: [.embedInCode("Platform/Migrations")],
            swiftSettings: settings
        ),
        .target(
            name: "Edge",
            dependencies: [
                hummingbirdCore, hummingbirdTLS, httpTypes, logging, nio, nioHTTP1, nioSSL,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Web",
            dependencies: ["Core", "SQL", "Edge", hummingbird, crypto, logging, nio, httpTypes, lifecycle, mustache],
            resources: [
                .embedInCode("Public"), .embedInCode("Pages/Home/home.mustache"),
                .embedInCode("Pages/Check/check.mustache"),
                .embedInCode("Pages/NotFound/not-found.mustache"),
                .embedInCode("Pages/Share/share.mustache"), .embedInCode("Pages/Share/not_shared.mustache"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "FalEmulator",
            dependencies: [
                "Core", "SQL", "Edge", hummingbird, hummingbirdCore, crypto, logging, nio, nioHTTP1, nioSSL, httpTypes, httpClient,
                lifecycle,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "StripeEmulator",
            dependencies: [
                "Core", "SQL", "Edge", hummingbird, hummingbirdCore, logging, nio, nioHTTP1, httpTypes, httpClient, lifecycle,
                mustache,
            ],
            resources: [.embedInCode("Public"), .embedInCode("Pages/Templates")],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Web", "FalEmulator", "StripeEmulator", "Edge", "Core", "SQL", hummingbird, hummingbirdCore, crypto, logging,
                nio, nioPosix, nioHTTP1, httpTypes, httpClient, lifecycle, nioSSL,
                .target(name: "CMalloc", condition: .when(platforms: [.linux])),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                systemPackage,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Bench",
            dependencies: [
                "Core", "SQL", "TestSupport", hummingbird, crypto, logging, nio, nioPosix, nioHTTP1, httpClient, lifecycle,
                .target(name: "CMalloc", condition: .when(platforms: [.linux])),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "SQL", "Core", "Web", "CLibpq", hummingbird, crypto, logging, httpClient, nio, nioHTTP1, nioPosix,
                systemPackage,
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(name: "SQLTests", dependencies: ["SQL", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "CoreTests",
            dependencies: [
                "Core", "CVips", "SQL", "TestSupport", crypto, lifecycle, logging, nio, nioPosix, httpClient, httpTypes,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "Edge", "Core", "SQL", "TestSupport", crypto, httpClient, hummingbird, httpTypes, lifecycle, logging, nio, nioHTTP1,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EdgeTests",
            dependencies: ["Edge", nio, nioHTTP1, .product(name: "NIOEmbedded", package: "swift-nio")], swiftSettings: settings),
        .testTarget(
            name: "EmulatorTests",
            dependencies: [
                "FalEmulator", "StripeEmulator", "Core", "SQL", "TestSupport", hummingbird, crypto, httpClient, httpTypes, lifecycle,
                logging, nio, nioHTTP1,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "Core", "SQL", "Web", "TestSupport", "CLI", "Bench", httpClient, crypto, logging, nio, nioHTTP1, nioSSL,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Python"],
            swiftSettings: settings
        ),
    ]
)
