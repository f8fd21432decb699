import Foundation
import RotationModel
import RotationTesting

/// A workspace with one device that is due, its manifest, and the configurations of the gate and of nginx for it.
struct GateWorkspace {
    let job: String
    /// Made, and to be removed by the caller.
    let folder: String
    let gatePort = Int.random(in: 20_000..<25_000)
    let nginxPort = Int.random(in: 25_000..<30_000)

    var work: String { "\(folder)/work" }
    var gateConfiguration: String { "\(work)/rotation.yaml" }
    var nginxConfiguration: String { "\(folder)/nginx.conf" }
    var clientCertificate: String { "\(folder)/client.pem" }
    var clientKey: String { "\(folder)/client.key" }

    func make() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try run([job, "init", work, "--with-authority"])
        try write("\(work)/policies/all.yaml", GateWorkspace.policy)
        try run(
            GateWorkspace.newKey + [
                "-x509", "-days", "2", "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.pem",
            ])
        try run(GateWorkspace.newKey + ["-subj", "/CN=client", "-keyout", "client.key", "-out", "client.csr"])
        try run([
            "openssl", "x509", "-req", "-in", "client.csr", "-days", "30", "-CA", "\(work)/authorities/ca-1.pem",
            "-CAkey", "\(work)/authorities/ca-1.key", "-CAcreateserial", "-out", "client.pem",
        ])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/server.key")
        let pem = try String(contentsOfFile: clientCertificate, encoding: .utf8)
        try write(
            "\(folder)/fleet.csv",
            "device_id,account,status,certificate\nclient,111122223333,ACTIVE,\"\(pem)\"\n")
        try run([job, "inventory", "import", "\(folder)/fleet.csv"], in: work)
        // Asks the device for a CSR: now it has a manifest.
        try run([job, "run"], in: work)
        try write(
            gateConfiguration,
            String(contentsOfFile: gateConfiguration, encoding: .utf8) + """
                gate:
                  listen: "127.0.0.1:\(gatePort)"
                  certificates: [{ certificate: \(folder)/server.pem, key: { file: \(folder)/server.key } }]
                  limits: { perDevice: 1000000/s, strangers: 1000000/s, connections: 10000, idle: 10m }

                """)
        try makeNginx()
    }

    /// nginx that asks for a certificate as the gate does and serves the same manifest as a file: it looks nobody up.
    private func makeNginx() throws {
        try FileManager.default.createDirectory(atPath: "\(folder)/html/v1", withIntermediateDirectories: true)
        let published = FileManager.default.enumerator(atPath: "\(work)/delivery/manifests")?.compactMap {
            $0 as? String
        }
        guard let manifest = published?.first(where: { $0.hasSuffix(".jws") }) else {
            throw RotationError(.io, "the run left no manifest", at: "\(work)/delivery/manifests")
        }
        try FileManager.default.copyItem(
            atPath: "\(work)/delivery/manifests/\(manifest)", toPath: "\(folder)/html/v1/manifest")
        try write(
            nginxConfiguration,
            """
            daemon off; worker_processes 1; pid \(folder)/nginx.pid; error_log \(folder)/nginx.err;
            \(getuid() == 0 ? "user root;" : "")
            events { worker_connections 10000; }
            http {
              access_log \(folder)/nginx.log;
              client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy; fastcgi_temp_path \(folder)/fastcgi;
              uwsgi_temp_path \(folder)/uwsgi; scgi_temp_path \(folder)/scgi;
              server {
                listen 127.0.0.1:\(nginxPort) ssl; root \(folder)/html;
                ssl_certificate \(folder)/server.pem; ssl_certificate_key \(folder)/server.key;
                ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off; ssl_session_cache off;
                ssl_verify_client optional_no_ca; keepalive_timeout 600s; client_header_timeout 600s;
              }
            }

            """)
    }

    private static let policy = """
        version: 1
        policies:
          - name: all
            expiry: { renewBefore: 60d }
            issuance: { profile: device, requests: any }
        profiles:
          - { name: device, authority: fleet-ca-1, signature: ECDSA-WITH-SHA256, validity: 90d, keys: [ecdsa-p256], subject: "CN={device}" }

        """

    private static let newKey = [
        "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
    ]

    private func write(_ path: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func run(_ command: [String], in place: String? = nil) throws {
        let outcome = try ExternalProgram.run(command, in: place ?? folder)
        guard outcome.status == 0 else {
            throw RotationError(.io, "`\(command.joined(separator: " "))` failed: \(outcome.text)\(outcome.errors)")
        }
    }
}
