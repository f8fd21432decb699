import PKI
import RotationModel
import RotationTesting

/// Issuing by each kind of authority, held against the bare signatures of its key: certificates of P-256 devices, on one core.
struct AlgorithmBench {
    private static let now = Timestamp(seconds: 1_796_083_200)

    private static let algorithms: [(key: KeyAlgorithm, signatures: [SignatureAlgorithm])] = [
        (.rsa(bits: 2048), [.sha256WithRSA, .rsassaPSS]), (.rsa(bits: 3072), [.sha256WithRSA, .rsassaPSS]),
        (.rsa(bits: 4096), [.sha256WithRSA, .rsassaPSS]), (.dsa(bits: 2048), [.dsaWithSHA256]),
        (.ecdsaP256, [.ecdsaWithSHA256]), (.ecdsaP384, [.ecdsaWithSHA384]), (.ecdsaP521, [.ecdsaWithSHA512]),
    ]

    func printTable() throws(RotationError) {
        print(Measuring.row("one core, per second", ["raw", "certificates", "of raw"]))
        let device = try PrivateKey.generate(.ecdsaP256).publicKey
        for (kind, signatures) in AlgorithmBench.algorithms {
            let pki = try ThrowawayPKI(now: AlgorithmBench.now, algorithm: kind)
            for signature in signatures { try show(pki, signature, device) }
        }
    }

    private func show(
        _ pki: ThrowawayPKI, _ signature: SignatureAlgorithm, _ device: PublicKeyInfo
    ) throws(RotationError) {
        let bare = try RawSigning(key: pki.key, signature: signature)
        guard bare.sign() > 0 else {
            throw RotationError(.cryptography, "a key of \(pki.key.publicKey.algorithm) does not sign")
        }
        let raw = try Measuring.seconds { () throws(RotationError) in _ = bare.sign() }
        let signer = try pki.signer(signature)
        var generator = SeededGenerator(seed: 1)
        let issuing = try Measuring.seconds { () throws(RotationError) in
            _ = try signer.sign(
                CertificateOrder(
                    serialNumber: SerialNumber.random(using: &generator),
                    subject: ThrowawayPKI.name("sensor-eu-000001"),
                    subjectAlternativeNames: [.uri("urn:device:111122223333:sensor-eu-000001")],
                    notBefore: AlgorithmBench.now, notAfter: AlgorithmBench.now + .days(90), publicKey: device))
        }
        print(
            Measuring.row(
                "\(pki.key.publicKey.algorithm) \(signature)",
                [Measuring.perSecond(raw), Measuring.perSecond(issuing), Measuring.ratio(issuing / raw)]))
    }
}
