import Foundation
import RotationModel
import RotationTesting

/// What others take to sign a certificate for a CSR, in the same minutes on the same machine; none of them makes anything durable.
///
/// A program that is not there is left out.
struct PeerBench {
    /// Has `authorities/ca-1.pem`, its key, and CSRs in `inbox/csr`.
    let workspace: RunWorkspace

    private static let most = 1000

    func measure() throws(RotationError) -> [StageResult] {
        let requests = requests()
        guard !requests.isEmpty else { return [] }
        var results: [StageResult] = []
        if ExternalProgram.exists("openssl") { results.append(try openssl(requests)) }
        if let python = python() { results.append(try cryptography(requests, python)) }
        return results
    }

    private func requests() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(workspace.folder)/inbox/csr")) ?? []
        return names.filter { $0.hasSuffix(".csr") }.sorted().prefix(PeerBench.most).map { "inbox/csr/\($0)" }
    }

    private func openssl(_ requests: [String]) throws(RotationError) -> StageResult {
        try write(
            """
            [ca]
            default_ca = peer
            [peer]
            database = peer-index.txt
            rand_serial = yes
            new_certs_dir = peer-certs
            certificate = authorities/ca-1.pem
            private_key = authorities/ca-1.key
            default_md = sha256
            default_days = 90
            unique_subject = no
            policy = any
            x509_extensions = leaf
            [any]
            commonName = supplied
            [leaf]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = clientAuth

            """, to: "peer.cnf")
        try write("", to: "peer-index.txt")
        try? FileManager.default.createDirectory(
            atPath: "\(workspace.folder)/peer-certs", withIntermediateDirectories: true)
        let cost = try MeasuredProgram.run(
            ["openssl", "ca", "-batch", "-notext", "-config", "peer.cnf", "-infiles"] + requests, in: workspace.folder)
        return StageResult(stage: "peer: openssl ca", count: requests.count, cost: cost)
    }

    /// The first that has the package.
    private func python() -> String? {
        let folder = FileManager.default.currentDirectoryPath
        return ["\(folder)/.venv-test/bin/python3", "python3"].first { program in
            (try? ExternalProgram.run([program, "-c", "import cryptography.x509"]).status) == 0
        }
    }

    private func cryptography(_ requests: [String], _ python: String) throws(RotationError) -> StageResult {
        try write(
            """
            import datetime, sys
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes, serialization
            ca = x509.load_pem_x509_certificate(open("authorities/ca-1.pem", "rb").read())
            key = serialization.load_pem_private_key(open("authorities/ca-1.key", "rb").read(), None)
            start = datetime.datetime(2026, 12, 1)
            for path in sys.argv[1:]:
                csr = x509.load_pem_x509_csr(open(path, "rb").read())
                assert csr.is_signature_valid
                builder = x509.CertificateBuilder(ca.subject, csr.subject, csr.public_key(), x509.random_serial_number(),
                                                  start, start + datetime.timedelta(days=90))
                builder = builder.add_extension(x509.BasicConstraints(False, None), True)
                builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

            """, to: "peer.py")
        let cost = try MeasuredProgram.run([python, "peer.py"] + requests, in: workspace.folder)
        return StageResult(stage: "peer: Python's cryptography", count: requests.count, cost: cost)
    }

    private func write(_ text: String, to name: String) throws(RotationError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(workspace.folder)/\(name)"))
        } catch {
            throw RotationError(.io, "a file of the bench cannot be written: \(error)", at: workspace.folder)
        }
    }
}
