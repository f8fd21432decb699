import Foundation
import RotationModel
import RotationTesting
import Testing

@testable import PKI

/// 2026-12-01T00:00:00Z
let now = Timestamp(seconds: 1_796_083_200)

/// Runs OpenSSL's command line; fails the test where it does not succeed.
@discardableResult
func openssl(_ arguments: [String], in folder: TemporaryFolder, input: [UInt8] = []) throws -> ExternalProgram.Outcome {
    let outcome = try ExternalProgram.run(["openssl"] + arguments, in: folder.path, input: input)
    try #require(outcome.status == 0, "openssl \(arguments.joined(separator: " ")): \(outcome.errors)")
    return outcome
}

/// Debian's Python has `cryptography` from its package; another one in PATH may not.
let python =
    ProcessInfo.processInfo.environment["PYTHON"]
    ?? (FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") ? "/usr/bin/python3" : "python3")

/// The error that a body throws, which it must.
func failure(_ body: () throws -> Void) throws -> RotationError {
    do {
        try body()
    } catch let error as RotationError {
        return error
    }
    throw RotationError(.cryptography, "nothing was thrown")
}

/// Keys that are slow to make, made once.
enum SharedKeys {
    static let rsa2048 = Result { try PrivateKey.generate(.rsa(bits: 2048)) }
    static let dsa2048 = Result { try PrivateKey.generate(.dsa(bits: 2048)) }

    static func key(_ algorithm: KeyAlgorithm) throws -> PrivateKey {
        switch algorithm {
        case .rsa(bits: 2048): try rsa2048.get()
        case .dsa(bits: 2048): try dsa2048.get()
        default: try PrivateKey.generate(algorithm)
        }
    }
}

/// An order for a device's certificate.
func order(
    _ key: PublicKeyInfo, subject: DistinguishedName = ThrowawayPKI.name("sensor-1"), names: [GeneralName] = [],
    notBefore: Timestamp = now, notAfter: Timestamp = now + .days(90), serial: [UInt8]? = nil
) -> CertificateOrder {
    CertificateOrder(
        serialNumber: serial.map { SerialNumber(bytes: $0) } ?? ThrowawayPKI.serial("test"), subject: subject,
        subjectAlternativeNames: names, notBefore: notBefore, notAfter: notAfter, publicKey: key)
}

/// The Python of the virtual environment that `make setup-test` makes: it has what Debian has no package for.
enum TestPython {
    static let path =
        ProcessInfo.processInfo.environment["TEST_PYTHON"] ?? TestKeys.folder + "../../.venv-test/bin/python3"
}

extension PublicKeyInfo {
    /// The same RSA key, written as id-RSASSA-PSS.
    func restricted(to restriction: PSSParameters?) throws(RotationError) -> PublicKeyInfo {
        let algorithm = DEREncoder.sequence(DEREncoder.objectIdentifier(.rsassaPSS), restriction?.der ?? [])
        return try PublicKeyInfo(der: DEREncoder.sequence(algorithm, DEREncoder.bitString(Array(bits))))
    }
}
