import PKI
import RotationModel
import RotationTesting

/// Each operation of the hot path, held against the signatures in it.
struct OperationBench {
    let raw: RawMeasurement

    private static let now = Timestamp(seconds: 1_796_083_200)

    func printTable() throws(RotationError) {
        print(Measuring.row("one core, P-256", ["µs", "per second", "of raw"]))
        show("raw sign", raw.sign, against: raw.sign)
        show("raw verify", raw.verify, against: raw.verify)
        let pki = try ThrowawayPKI(now: OperationBench.now)
        let device = try pki.device("sensor-eu-000001")
        try showRequests(device.key)
        try showCertificates(pki, device)
        try showManifests(pki)
    }

    private func showRequests(_ key: PrivateKey) throws(RotationError) {
        let pem = try CertificateRequestMaker.makePEM(key: key, subject: ThrowawayPKI.name("sensor-eu-000001"))
        let proof = ProofOfPossession()
        show(
            "CSR, PEM: read",
            try Measuring.seconds { () throws(RotationError) in _ = try CertificateRequest(reading: pem) })
        show(
            "CSR, PEM: read and verify",
            try Measuring.seconds { () throws(RotationError) in try proof.verify(CertificateRequest(reading: pem)) },
            against: raw.verify)
    }

    private func showCertificates(
        _ pki: ThrowawayPKI, _ device: (certificate: Certificate, key: PrivateKey)
    ) throws(RotationError) {
        let profile = CertificateProfile(
            signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth],
            crlURL: "http://crl.example.com/fleet-ca-1.crl")
        let signer = try CertificateSigner(authority: pki.authority, profile: profile)
        var generator = SeededGenerator(seed: 1)
        let sign = try Measuring.seconds { () throws(RotationError) in
            let subject = DistinguishedName([
                NameComponent(.commonName, "sensor-eu-000001"), NameComponent(.organization, "Example Devices"),
            ])
            _ = try signer.sign(
                CertificateOrder(
                    serialNumber: SerialNumber.random(using: &generator), subject: subject,
                    subjectAlternativeNames: [.uri("urn:device:111122223333:sensor-eu-000001")],
                    notBefore: OperationBench.now, notAfter: OperationBench.now + .days(90),
                    publicKey: device.key.publicKey))
        }
        show("certificate: names, sign", sign, against: raw.sign)
        let der = device.certificate.der
        let pem = Array(device.certificate.pem.utf8)
        show(
            "certificate, DER: read",
            try Measuring.seconds { () throws(RotationError) in _ = try Certificate(der: der) })
        show(
            "certificate, PEM: read",
            try Measuring.seconds { () throws(RotationError) in _ = try Certificate(reading: pem) })
        show("certificate: write PEM", try Measuring.seconds { () throws(RotationError) in _ = device.certificate.pem })
    }

    private func showManifests(_ pki: ThrowawayPKI) throws(RotationError) {
        let signer = try JWSSigner(key: pki.key)
        let payload = Array("{\"certificate\":\"\(pki.authority.certificate.pem)\"}".utf8)
        let sign = try Measuring.seconds { () throws(RotationError) in
            _ = try signer.sign(payload: payload, type: "rotation-manifest")
        }
        show("JWS: sign \(payload.count) bytes", sign, against: raw.sign)
        let compact = try signer.sign(payload: payload, type: "rotation-manifest")
        let verify = try Measuring.seconds { () throws(RotationError) in
            _ = try JWS.verify(compact, with: pki.key.publicKey)
        }
        show("JWS: verify", verify, against: raw.verify)
        show("SHA-256 of it", try Measuring.seconds { () throws(RotationError) in _ = SHA256.digest(payload) })
    }

    private func show(_ name: String, _ seconds: Double, against raw: Double? = nil) {
        let ratio = raw.map { Measuring.ratio(seconds / $0) } ?? ""
        print(Measuring.row(name, [Measuring.microseconds(seconds), Measuring.perSecond(seconds), ratio]))
    }
}
