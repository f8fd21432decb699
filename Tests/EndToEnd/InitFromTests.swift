import Foundation
import Testing

@Suite("init --from")
struct InitFromTests {
    /// A directory as `openssl ca` makes it: an authority, three devices with a valid, a revoked and an expired certificate, and a certificate
    /// of an authority below it.
    private static let ca = """
        set -e
        mkdir ca ca/newcerts ca/private
        cd ca
        touch index.txt
        printf 'unique_subject = no\\n' >index.txt.attr
        echo 1000 >serial
        cat >openssl.cnf <<END
        [ca]
        default_ca = fleet
        [fleet]
        dir = $PWD
        database = \\$dir/index.txt
        new_certs_dir = \\$dir/newcerts
        serial = \\$dir/serial
        certificate = \\$dir/cacert.pem
        private_key = \\$dir/private/cakey.pem
        default_md = sha256
        default_days = 90
        policy = any
        x509_extensions = device
        [any]
        commonName = supplied
        organizationName = optional
        [device]
        basicConstraints = CA:FALSE
        [below]
        basicConstraints = critical,CA:TRUE
        [req]
        distinguished_name = name
        [name]
        END
        key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        openssl req -x509 $key -keyout private/cakey.pem -out cacert.pem -days 3650 -subj "/O=Example/CN=Example CA" \\
          -addext "keyUsage=critical,keyCertSign,cRLSign" -config openssl.cnf -extensions below
        issue() {
          openssl req -new $key -keyout device.key -out device.csr -subj "/O=Example, Inc/CN=$1" -config openssl.cnf
          shift
          openssl ca -batch -config openssl.cnf -in device.csr "$@"
        }
        issue sensor-1
        issue sensor-2
        issue sensor-3 -startdate 20200101000000Z -enddate 20200401000000Z
        issue intermediate -extensions below
        issue sensor-4
        openssl ca -config openssl.cnf -revoke newcerts/1001.pem
        """

    private func program(_ arguments: [String], in folder: String) async throws -> Output {
        try await Program.run("/usr/bin/env", arguments, in: folder)
    }

    private func directory() async throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        let made = try await program(["bash", "-c", Self.ca], in: folder.path)
        try #require(made.status == 0, made.story)
        return folder
    }

    private func statuses(_ workspace: String) async throws -> [String: [String]] {
        let listed = try await program(
            [Program.rotationJob, "inventory", "export", "--format", "ndjson"], in: workspace)
        var found: [String: [String]] = [:]
        for line in listed.stdout.split(separator: "\n") {
            let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let certificates = try #require(row["certificates"] as? [[String: Any]])
            found[try #require(row["device"] as? String)] = certificates.compactMap { $0["status"] as? String }.sorted()
        }
        return found
    }

    @Test("A directory of openssl ca becomes a fleet with its statuses, and an authority that goes on issuing")
    func opensslCA() async throws {
        let folder = try await directory()
        let made = try await program(
            [Program.rotationJob, "init", "--from", "openssl-ca", "ca", "work"], in: folder.path)
        try #require(made.status == 0, made.story)
        let work = folder / "work"
        #expect(
            try await statuses(work) == [
                "sensor-1": ["ACTIVE"], "sensor-2": ["REVOKED"], "sensor-3": ["INACTIVE"], "sensor-4": ["ACTIVE"],
            ])
        // With the issuer where this tree has it, a run has the directory issue.
        let configuration = try String(contentsOfFile: work + "/rotation.yaml", encoding: .utf8)
        #expect(configuration.contains("/ca/openssl.cnf\"]"), "\(configuration)")
        let issuer = Package.root + "/issuers/openssl-ca"
        try Data(configuration.replacing(#/\[[^ ]*/openssl-ca, /#, with: "[\(issuer), ").utf8)
            .write(to: URL(fileURLWithPath: work + "/rotation.yaml"))
        let policy = try String(contentsOfFile: work + "/policies/starter.yaml.example", encoding: .utf8)
            .replacing("renewBefore: 33%", with: "renewBefore: 89d").replacing("spread: 3d", with: "spread: 0d")
            .replacing("validity: 90d", with: "validity: 91d")
        try Data(policy.prefix(upTo: policy.range(of: "\n# Run by")?.lowerBound ?? policy.endIndex).utf8)
            .write(to: URL(fileURLWithPath: work + "/policies/starter.yaml"))
        for device in ["sensor-1", "sensor-4"] {
            let request = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"]
            let made = try await program(
                ["openssl", "req", "-new"] + request + ["-subj", "/CN=\(device)", "-out", "inbox/csr/\(device).csr"],
                in: work)
            try #require(made.status == 0, made.story)
        }
        let later = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 2 * 86_400))
        let run = try await program([Program.rotationJob, "run", "--at", later], in: work)
        // The directory knows of what it revoked; the first run cannot tell, and asks a person.
        #expect(
            run.status == 3 && run.stdout.contains("2 issued") && run.stdout.contains("serial number 1001"), run.story)
        let next = try await program([Program.rotationJob, "run", "--at", later], in: work)
        #expect(next.status == 0, next.story)
        let index = try String(contentsOfFile: folder / "ca/index.txt", encoding: .utf8)
        #expect(index.split(separator: "\n").count == 7)
    }

    @Test("It changes nothing when done again, and overwrites nothing")
    func again() async throws {
        let folder = try await directory()
        let arguments = [Program.rotationJob, "init", "work", "--from", "openssl-ca", "ca"]
        try #require(try await program(arguments, in: folder.path).status == 0)
        let mine = "# mine\n" + (try String(contentsOfFile: folder / "work/rotation.yaml", encoding: .utf8))
        try Data(mine.utf8).write(to: URL(fileURLWithPath: folder / "work/rotation.yaml"))
        let again = try await program(arguments, in: folder.path)
        #expect(again.status == 0 && again.stdout.contains("was there already"), again.story)
        #expect(try String(contentsOfFile: folder / "work/rotation.yaml", encoding: .utf8) == mine)
        #expect(try await statuses(folder / "work").count == 4)
    }

    @Test(
        "A certificate that is missing is named with the database's line, the others go in, and the exit status is 65")
    func missing() async throws {
        let folder = try await directory()
        try FileManager.default.removeItem(atPath: folder / "ca/newcerts/1000.pem")
        let made = try await program(
            [Program.rotationJob, "init", "work", "--from", "openssl-ca", "ca"], in: folder.path)
        #expect(made.status == 65 && made.stderr.contains("index.txt:1: "), made.story)
        #expect(try await statuses(folder / "work").keys.sorted() == ["sensor-2", "sensor-3", "sensor-4"])
    }

    @Test("What is no such directory, or has another database, is refused before anything is made")
    func refused() async throws {
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder / "empty", withIntermediateDirectories: false)
        try FileManager.default.createDirectory(atPath: folder / "odd", withIntermediateDirectories: false)
        try Data("V\tsomething else\n".utf8).write(to: URL(fileURLWithPath: folder / "odd/index.txt"))
        for (name, word) in [("empty", "no index.txt"), ("odd", "index.txt:1"), ("nowhere", "no index.txt")] {
            let made = try await program(
                [Program.rotationJob, "init", "work", "--from", "openssl-ca", name], in: folder.path)
            #expect(made.status == 65 && made.stderr.contains(word), made.story)
        }
        for arguments in [["work", "--from", "floppy", "a"], ["work", "--from", "csv"], ["--from", "csv", "a"]] {
            let made = try await program([Program.rotationJob, "init"] + arguments, in: folder.path)
            #expect(made.status == 64, made.story)
        }
        #expect(!FileManager.default.fileExists(atPath: folder / "work"))
    }

    @Test("A CSV file goes in as `inventory import` takes it, also beside a trial authority")
    func csv() async throws {
        let folder = try await directory()
        let pem = try String(contentsOfFile: folder / "ca/newcerts/1000.pem", encoding: .utf8)
        let certificate = try #require(pem.range(of: "-----BEGIN")).lowerBound
        try Data("device_id,account,status,certificate\na,1,ACTIVE,\"\(pem[certificate...])\"\n".utf8)
            .write(to: URL(fileURLWithPath: folder / "fleet.csv"))
        let made = try await program(
            [Program.rotationJob, "init", "work", "--with-authority", "--from", "csv", "fleet.csv"], in: folder.path)
        #expect(made.status == 0, made.story)
        #expect(try await statuses(folder / "work") == ["a": ["ACTIVE"]])
    }

    @Test("A directory as easy-rsa leaves it is read too: what it revoked lies elsewhere, and it has no openssl.cnf")
    func easyRSA() async throws {
        let folder = try await directory()
        let changed = try await program(
            [
                "sh", "-ec",
                "mv ca/newcerts ca/certs_by_serial; mkdir -p ca/revoked/certs_by_serial; rm ca/openssl.cnf; "
                    + "mv ca/cacert.pem ca/ca.crt; mv ca/certs_by_serial/1001.pem ca/revoked/certs_by_serial/1001.crt",
            ], in: folder.path)
        try #require(changed.status == 0, changed.story)
        let made = try await program(
            [Program.rotationJob, "init", "work", "--from", "openssl-ca", "ca"], in: folder.path)
        #expect(made.status == 0, made.story)
        #expect(try await statuses(folder / "work")["sensor-2"] == ["REVOKED"])
        let configuration = try String(contentsOfFile: folder / "work/rotation.yaml", encoding: .utf8)
        #expect(configuration.contains("There was no openssl.cnf in it"))
    }
}
