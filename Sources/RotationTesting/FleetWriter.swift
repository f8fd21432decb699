import Basics
import PKI
import RotationModel

/// Makes a fleet of real certificates and CSRs, in the layout of the import formats:
///
/// - `authorities/ca-1.pem`, `ca-1.key` (mixed fleets: `ca-2` and `ca-3` too, RSA-2048 and P-384), `manifest.key`
/// - `fleet.csv`, `fleet.ndjson`
/// - `csr/ID.csr` with a fresh key for a share of the devices, and `keys/ID.key`; where CSRs are signed `csr/ID.jws`, and of all devices
///   `present/ID.key` and `present/ID.pem`
///
/// A fleet of P-256 takes some 5,000 devices a second.
package struct FleetWriter {
    /// What was made.
    package struct Summary: Sendable {
        package var devices = 0
        package var requests = 0
    }

    private let options: FleetOptions
    private let folder: String
    private var authorities: [ThrowawayPKI] = []
    private var signers: [CertificateSigner] = []

    /// - Parameter folder: Made if it is missing; files in it are overwritten.
    package init(_ options: FleetOptions, folder: String) throws(RotationError) {
        self.options = options
        self.folder = folder
        let kinds: [KeyAlgorithm] = options.isUniform ? [.ecdsaP256] : [.ecdsaP256, .rsa(bits: 2048), .ecdsaP384]
        for (number, kind) in kinds.enumerated() {
            let pki = try ThrowawayPKI(
                now: options.now, algorithm: kind, name: "fleet-ca-\(number + 1)",
                subject: "Example Fleet CA \(number + 1)")
            authorities.append(pki)
            signers.append(try pki.signer())
        }
    }

    /// - Parameter progress: Called with the number of devices done, now and then.
    /// - Throws: ``RotationModel/RotationError/Code/io``, ``RotationModel/RotationError/Code/cryptography``.
    package func write(progress: (Int) -> Void = { _ in }) throws(RotationError) -> Summary {
        try writeAuthorities()
        for name in ["csr", "keys"] + (options.signsRequests ? ["present"] : []) {
            try FileStream.makeFolder("\(folder)/\(name)")
        }
        let csv = try FileStream("\(folder)/fleet.csv")
        let ndjson = try FileStream("\(folder)/fleet.ndjson")
        csv.append("device_id,account,label:product,label:region,label:stage,status,certificate\n")
        var generator = SeededGenerator(seed: options.seed)
        var summary = Summary()
        var lastKey: PrivateKey?
        for number in 0..<options.devices {
            let plan = DevicePlan(number: number, options: options, using: &generator)
            let signer = signers[generator.pick([(0, 70.0), (1, 20), (2, 10)]) % signers.count]
            let key: PrivateKey =
                if plan.sharesKey, let lastKey { lastKey } else { try PrivateKey.generate(plan.key) }
            lastKey = key
            let notAfter = options.now + plan.left
            let certificate = try signer.sign(
                CertificateOrder(
                    serialNumber: SerialNumber.random(using: &generator), subject: ThrowawayPKI.name(plan.id),
                    subjectAlternativeNames: [], notBefore: notAfter - plan.lifetime, notAfter: notAfter,
                    publicKey: key.publicKey
                ))
            let pem = certificate.pem
            csv.append(
                "\(plan.id),\(plan.account),\(plan.product),\(plan.region),\(plan.stage),\(plan.status.rawValue),\"\(pem)\"\n"
            )
            ndjson.append(FleetWriter.line(plan, pem: pem))
            if options.signsRequests {
                try FileStream.write("\(folder)/present/\(plan.id).key", key.pem(), mode: 0o600)
                try FileStream.write("\(folder)/present/\(plan.id).pem", Array(pem.utf8))
            }
            summary.devices += 1
            if plan.hasRequest {
                try writeRequest(plan, signedBy: key)
                summary.requests += 1
            }
            if number % 500 == 499 { progress(number + 1) }
        }
        try csv.close()
        try ndjson.close()
        return summary
    }

    private func writeAuthorities() throws(RotationError) {
        for (number, pki) in authorities.enumerated() {
            let path = "\(folder)/authorities/ca-\(number + 1)"
            try FileWriting.write("\(path).pem", Array(pki.authority.certificate.pem.utf8))
            try FileWriting.write("\(path).key", pki.key.pem(), mode: 0o600)
        }
        try FileWriting.write(
            "\(folder)/authorities/manifest.key", PrivateKey.generate(.ecdsaP256).pem(), mode: 0o600)
    }

    private func writeRequest(_ plan: DevicePlan, signedBy current: PrivateKey) throws(RotationError) {
        // A device whose key was weak comes with a better one.
        let algorithm: KeyAlgorithm =
            if case .rsa = plan.key { .ecdsaP256 } else { plan.key }
        let key = try PrivateKey.generate(algorithm)
        let request = try CertificateRequestMaker.makePEM(key: key, subject: ThrowawayPKI.name(plan.id))
        if options.signsRequests, let signer = try? JWSSigner(key: current) {
            try FileStream.write("\(folder)/csr/\(plan.id).jws", signed(key, of: plan, by: signer))
        } else {
            try FileStream.write("\(folder)/csr/\(plan.id).csr", request)
        }
        if options.writesKeys { try FileStream.write("\(folder)/keys/\(plan.id).key", key.pem(), mode: 0o600) }
    }

    private func signed(_ key: PrivateKey, of plan: DevicePlan, by signer: JWSSigner) throws(RotationError) -> [UInt8] {
        let der = try CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name(plan.id))
        var payload = JSONWriter()
        payload.object { json in
            json.member("device", plan.id)
            json.member("time", options.now.rfc3339)
            json.member("csr", Base64URL.encode(der))
        }
        return try signer.sign(payload: payload.bytes, type: "rotation-request")
    }

    private static func line(_ plan: DevicePlan, pem: String) -> String {
        var writer = JSONWriter(reservingCapacity: pem.utf8.count + 256)
        writer.object { device in
            device.member("device", plan.id)
            device.member("account", plan.account)
            device.key("labels")
            device.object { labels in
                labels.member("product", plan.product)
                labels.member("region", plan.region)
                labels.member("stage", plan.stage)
            }
            device.key("certificates")
            device.array { certificates in
                certificates.object { certificate in
                    certificate.member("status", plan.status.rawValue)
                    certificate.member("pem", pem)
                }
            }
        }
        return writer.text + "\n"
    }
}
