import Foundation
import Testing

extension Workspace {
    /// Moves fleet-ca-1 outside: its key goes, and a program speaks for it.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments.
    ///   - more: further lines of the authority in rotation.yaml, such as `issuer: { tries: 1 }`.
    /// - Returns: where the key is now.
    @discardableResult
    func moveOutside(command: [String], more: String...) throws -> String {
        let key = scratch + "/ca-1.key"
        if !FileManager.default.fileExists(atPath: key) {
            try FileManager.default.moveItem(atPath: path + "/authorities/ca-1.key", toPath: key)
        }
        let words = String(decoding: try JSONEncoder().encode(command), as: UTF8.self).replacing("\\/", with: "/")
        let instead = (["command: \(words)"] + more).map { "    \($0)\n" }.joined()
        let text = Workspace.configuration
            .replacing("    crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 7d }\n", with: "")
            .replacing("    key: { file: authorities/ca-1.key }\n", with: instead)
        try write("rotation.yaml", text)
        return key
    }
}

/// A directory of `openssl ca` with the key of fleet-ca-1, as some have had it for years.
struct OpenSSLDirectory {
    let path: String
    let workspace: Workspace

    static let issuer = Package.root + "/issuers/openssl-ca"

    /// - Parameter serials: how the directory numbers its certificates: `serial = …` or `rand_serial = yes`.
    init(
        _ workspace: Workspace, serials: String = "rand_serial = yes", program: String = OpenSSLDirectory.issuer,
        more: String...
    ) async throws {
        self.workspace = workspace
        path = workspace.scratch + "/ca"
        let files = FileManager.default
        try files.createDirectory(atPath: path + "/newcerts", withIntermediateDirectories: true)
        try workspace.moveOutside(command: [program, "--config", "../scratch/ca/openssl.cnf"] + more)
        try files.copyItem(atPath: workspace.path + "/authorities/ca-1.pem", toPath: path + "/ca.pem")
        try files.copyItem(atPath: workspace.scratch + "/ca-1.key", toPath: path + "/ca.key")
        let texts = [
            "index.txt": "", "index.txt.attr": "unique_subject = no\n", "serial": "1000\n", "crlnumber": "01\n",
            "openssl.cnf": """
            [ca]
            default_ca = fleet
            [fleet]
            dir = \(path)  # as it was set up
            database = $dir/index.txt
            new_certs_dir = ${dir}/newcerts
            certificate = $dir/ca.pem
            private_key = $dir/ca.key
            \(serials)
            crlnumber = $dir/crlnumber
            default_md = sha256
            default_crl_days = 7
            unique_subject = no
            policy = anything
            x509_extensions = device
            [anything]
            organizationName = optional
            commonName = optional
            [device]
            keyUsage = critical,keyCertSign
            crlDistributionPoints = @crl
            [crl]
            URI.1 = http://crl.example.com/fleet-ca-1.crl

            """,
        ]
        for (name, text) in texts { try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name)) }
    }

    /// The serial numbers in the database, with their marks: `V` valid, `R` revoked.
    var index: [(status: String, serial: String)] {
        get throws {
            // OpenSSL renames the old one away before it renames the new one into its place.
            var text: String?
            for _ in 0..<200 where text == nil {
                text = try? String(contentsOfFile: path + "/index.txt", encoding: .utf8)
                if text == nil { usleep(1000) }
            }
            return try #require(text).split(separator: "\n").map { line in
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                return (String(fields[0]), String(fields[3]))
            }
        }
    }

    /// `openssl ca` on the directory.
    @discardableResult
    func openssl(_ arguments: String...) async throws -> Output {
        let output = try await Program.run(
            "/usr/bin/env", ["openssl", "ca", "-config", path + "/openssl.cnf"] + arguments, in: path)
        try #require(output.status == 0, output.story)
        return output
    }
}
