// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in CI, and only there: a newer compiler's new warning must not keep a user from building.
let strict = Context.environment["CI"] != nil

// `make fuzz` instruments everything for libFuzzer, which the Swift toolchain for Linux has.
let fuzzer = Context.environment["ROTATION_FUZZER"] != nil

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])
    + (fuzzer ? [.unsafeFlags(["-sanitize=fuzzer"]), .define("LIBFUZZER")] : [])

let package = Package(
    name: "rotation-job",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "rotation-job", targets: ["RotationJob"]),
        .executable(name: "rotation-gate", targets: ["RotationGate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // The job, top layer first. An arrow only ever points down; each outside library has one importer.
        .executableTarget(
            name: "RotationJob",
            dependencies: [
                "Job", "Reports", "Planning", "Delivery", "Fleet", "Policy", "LocatedYAML", "System", "RotationModel",
                "Basics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .target(
            name: "Reports",
            dependencies: ["Job", "Intake", "Planning", "Fleet", "Lifecycle", "Policy", "RotationModel", "Basics"],
            swiftSettings: settings),
        .executableTarget(
            name: "RotationGate",
            dependencies: [
                "Gate", "Job", "LocatedYAML", "System", "RotationModel", "Basics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .target(
            name: "Gate",
            dependencies: [
                "Job", "Intake", "Planning", "Delivery", "Fleet", "Policy", "PKI", "System", "RotationModel", "Basics",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "Job",
            dependencies: [
                "Intake", "Issuing", "Planning", "Delivery", "Fleet", "Lifecycle", "Policy", "LocatedYAML", "PKI",
                "System", "RotationModel", "Basics",
            ],
            swiftSettings: settings),
        .target(
            name: "Intake",
            dependencies: [
                "Planning", "Delivery", "Fleet", "Lifecycle", "Policy", "PKI", "System", "RotationModel", "Basics",
            ],
            swiftSettings: settings),
        .target(
            name: "Issuing", dependencies: ["Planning", "Policy", "PKI", "System", "RotationModel", "Basics"],
            swiftSettings: settings),
        .target(
            name: "Planning", dependencies: ["Fleet", "Lifecycle", "Policy", "LocatedYAML", "RotationModel"],
            swiftSettings: settings),
        .target(name: "Delivery", dependencies: ["PKI", "System", "RotationModel", "Basics"], swiftSettings: settings),
        .target(
            name: "Fleet",
            dependencies: [
                "CPostgreSQL", "Lifecycle", "System", "RotationModel", "Basics",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .target(name: "Lifecycle", dependencies: ["RotationModel"], swiftSettings: settings),
        .target(name: "Policy", dependencies: ["LocatedYAML", "RotationModel", "Basics"], swiftSettings: settings),
        .target(
            name: "LocatedYAML",
            dependencies: ["RotationModel", "Basics", .product(name: "Yams", package: "Yams")],
            swiftSettings: settings),
        .target(
            name: "PKI",
            dependencies: [
                "COpenSSL", "CPKCS11", "System", "RotationModel", "Basics",
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ],
            swiftSettings: settings),
        .target(name: "System", dependencies: ["CLinux", "RotationModel", "Basics"], swiftSettings: settings),
        .target(name: "RotationModel", dependencies: ["Basics"], swiftSettings: settings),
        .target(name: "Basics", swiftSettings: settings),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CPKCS11"),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

        // For tests, the demo and the benchmark alone; nothing of it is in the product.
        .target(
            name: "RotationTesting", dependencies: ["PKI", "System", "RotationModel", "Basics"], swiftSettings: settings
        ),
        .executableTarget(
            name: "FleetMaker", dependencies: ["RotationTesting", "PKI", "RotationModel"], swiftSettings: settings),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Job", "Fleet", "Policy", "LocatedYAML", "PKI", "RotationTesting", "RotationModel", "Basics",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "RotationFuzz", dependencies: ["FuzzTargets"] + (fuzzer ? ["CLibFuzzer"] : []),
            swiftSettings: settings,
            linkerSettings: fuzzer
                ? [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"]), .linkedLibrary("stdc++")] : []),
        .systemLibrary(name: "CLibFuzzer"),
        .executableTarget(
            name: "RotationBench", dependencies: ["RotationTesting", "PKI", "System", "RotationModel"],
            swiftSettings: settings),

        .testTarget(name: "BasicsTests", dependencies: ["Basics"], swiftSettings: settings),
        .testTarget(name: "SystemTests", dependencies: ["RotationTesting", "System"], swiftSettings: settings),
        .testTarget(name: "RotationModelTests", dependencies: ["RotationModel", "Basics"], swiftSettings: settings),
        .testTarget(name: "LocatedYAMLTests", dependencies: ["LocatedYAML", "RotationModel"], swiftSettings: settings),
        .testTarget(
            name: "PolicyTests", dependencies: ["Policy", "LocatedYAML", "RotationModel", "Basics"],
            exclude: ["Snapshots"],
            swiftSettings: settings),
        .testTarget(
            name: "PKITests", dependencies: ["PKI", "CPKCS11", "System", "RotationTesting", "RotationModel", "Basics"],
            exclude: ["Judges"],
            swiftSettings: settings),
        .testTarget(name: "LifecycleTests", dependencies: ["Lifecycle", "RotationModel"], swiftSettings: settings),
        .testTarget(
            name: "FleetTests", dependencies: ["Fleet", "Lifecycle", "RotationModel", "Basics"], swiftSettings: settings
        ),
        .testTarget(
            name: "DeliveryTests", dependencies: ["Delivery", "PKI", "System", "RotationTesting", "RotationModel"],
            swiftSettings: settings),
        .testTarget(
            name: "IssuingTests",
            dependencies: ["Issuing", "Policy", "PKI", "System", "RotationTesting", "RotationModel", "Basics"],
            exclude: ["misbehaving.py"], swiftSettings: settings),
        .testTarget(
            name: "JobTests",
            dependencies: [
                "Job", "Intake", "Issuing", "Planning", "Delivery", "Fleet", "Lifecycle", "Policy", "PKI",
                "LocatedYAML", "System", "RotationTesting", "RotationModel", "Basics",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "GateTests",
            dependencies: [
                "Gate", "Job", "Intake", "Planning", "Delivery", "Fleet", "Lifecycle", "Policy", "PKI", "LocatedYAML",
                "System", "RotationTesting", "RotationModel", "Basics",
            ],
            exclude: ["Judges"], swiftSettings: settings),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "Reports", "Job", "Intake", "Planning", "Fleet", "Lifecycle", "PKI", "RotationTesting", "RotationModel",
                "Basics",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "FuzzTests", dependencies: ["FuzzTargets"], exclude: ["Corpus"], swiftSettings: settings),
        .testTarget(
            name: "EndToEnd", dependencies: ["RotationTesting", "PKI", "RotationModel"],
            exclude: ["Fixtures", "Judges", "Tools"], swiftSettings: settings),
    ]
)
