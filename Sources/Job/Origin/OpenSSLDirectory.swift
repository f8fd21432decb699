import Basics
import PKI
import RotationModel
import System

/// A directory of `openssl ca` (ca(1)) or easy-rsa: its database, its certificates, and the authority's own.
struct OpenSSLDirectory {
    /// A certificate that the database has.
    struct Entry: Equatable {
        enum State: Equatable {
            case valid, revoked, expired
        }

        let state: State
        /// Hexadecimal, as the certificate's file is called.
        let serial: String
        /// The database's line, from 1.
        let line: Int
    }

    let root: String
    let entries: [Entry]
    /// The authority's certificate.
    let authority: String
    /// Nil where none lies in the directory.
    let configuration: String?

    private static let database = "index.txt"
    /// Where `openssl ca`, CA.pl, easy-rsa and the usual guides have it.
    private static let authorities = [
        "cacert.pem", "ca.pem", "ca.crt", "certs/ca.cert.pem", "certs/ca.pem", "certs/cacert.pem",
    ]
    /// Where a certificate is, by its serial number: `openssl ca` has it in new_certs_dir, easy-rsa takes what it revokes elsewhere.
    private static let files = [("newcerts", "pem"), ("certs_by_serial", "pem"), ("revoked/certs_by_serial", "crt")]
    private static let configurations = ["openssl.cnf", "openssl.conf", "ca.cnf"]
    /// A million certificates have some 100 MiB.
    private static let largest = 1 << 30

    /// - Throws: ``RotationError/Code/badInput`` where it is no such directory, or the database is not as ca(1) writes it.
    init(reading root: String) throws(RotationError) {
        self.root = WorkspacePath.absolute(root)
        let path = "\(self.root)/\(OpenSSLDirectory.database)"
        guard Files.exists(path) else {
            throw RotationError(
                .badInput, "it is no directory of `openssl ca`: there is no \(OpenSSLDirectory.database) in it",
                at: root,
                advice: "name the folder that `dir` of its openssl.cnf says")
        }
        entries = try OpenSSLDirectory.entries(
            String(decoding: try Files.read(path, limit: OpenSSLDirectory.largest, followsLinks: true), as: UTF8.self),
            named: path)
        authority = try OpenSSLDirectory.first(
            of: OpenSSLDirectory.authorities, in: self.root, what: "the authority's certificate")
        let folder = self.root
        configuration = OpenSSLDirectory.configurations.map { "\(folder)/\($0)" }.first(where: Files.exists)
    }

    private static func first(of names: [String], in root: String, what: String) throws(RotationError) -> String {
        guard let found = names.map({ "\(root)/\($0)" }).first(where: Files.exists) else {
            throw RotationError(
                .badInput, "\(what) is not in it", at: root,
                advice: "it is looked for as \(names.joined(separator: ", "))")
        }
        return found
    }

    // MARK: The database

    /// The lines of an index.txt: status, expiry, revocation, serial number, file and name, by tabs (ca(1), "database").
    static func entries(_ text: String, named path: String) throws(RotationError) -> [Entry] {
        var entries: [Entry] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            let states: [Substring: Entry.State] = ["V": .valid, "R": .revoked, "E": .expired]
            guard fields.count == 6, let state = states[fields[0]], !fields[3].isEmpty,
                fields[3].allSatisfy(\.isHexDigit)
            else {
                throw RotationError(
                    .badInput,
                    "the line is none of openssl's database: V, R or E, two dates, a serial number, a file and a name, by tabs",
                    at: "\(path):\(number + 1)", advice: "`openssl ca -updatedb` says whether OpenSSL can read it")
            }
            entries.append(Entry(state: state, serial: String(fields[3]), line: number + 1))
        }
        return entries
    }

    // MARK: The fleet

    struct Fleet {
        /// NDJSON, as `inventory import` takes it.
        var lines: [UInt8] = []
        /// What was not taken, each a sentence.
        var passedOver: [String] = []
    }

    /// The devices: a certificate's is the one that its subject's common name says. What is over is `INACTIVE`; authorities' certificates are no device's.
    ///
    /// - Parameter account: of all devices.
    func fleet(account: String, at: Timestamp) -> Fleet {
        var fleet = Fleet()
        for entry in entries {
            let candidates = OpenSSLDirectory.files.map { "\(root)/\($0)/\(entry.serial).\($1)" }
            let path = candidates.first(where: Files.exists) ?? candidates[0]
            let certificate: Certificate
            do {
                let bytes = try Files.read(path, limit: 1 << 20, followsLinks: true)
                guard let pem = String(decoding: bytes, as: UTF8.self).firstCertificate else {
                    throw RotationError(.badInput, "it holds no certificate")
                }
                certificate = try Certificate(inFieldReading: Array(pem.utf8))
            } catch {
                fleet.passedOver.append(
                    "\(root)/index.txt:\(entry.line): \(path): \((error as? RotationError)?.message ?? "\(error)")")
                continue
            }
            if certificate.isAuthority { continue }
            guard let name = certificate.subject.commonNameText else {
                fleet.passedOver.append("\(path): its subject has no common name, so that its device is not known")
                continue
            }
            var json = JSONWriter()
            json.object { json in
                json.member("device", name)
                json.member("account", account)
                json.key("certificates")
                json.array { json in
                    json.object { json in
                        json.member(
                            "status", OpenSSLDirectory.status(entry.state, certificate.notAfter, at: at).rawValue)
                        json.member("pem", certificate.pem)
                    }
                }
            }
            fleet.lines += json.drain() + [0x0A]
        }
        return fleet
    }

    private static func status(_ state: Entry.State, _ notAfter: Timestamp, at: Timestamp) -> CertificateStatus {
        switch state {
        case .revoked: .revoked
        case .expired: .inactive
        // The database is told of what is over by `openssl ca -updatedb` alone.
        case .valid: notAfter < at ? .inactive : .active
        }
    }
}

extension String {
    /// The first certificate of a PEM file, before which `openssl ca` writes its text.
    fileprivate var firstCertificate: String? {
        guard let start = firstRange(of: "-----BEGIN CERTIFICATE-----"),
            let end = firstRange(of: "-----END CERTIFICATE-----"),
            start.lowerBound < end.lowerBound
        else { return nil }
        return String(self[start.lowerBound..<end.upperBound]) + "\n"
    }
}

extension DistinguishedName {
    /// The value of the last part of the DER that is a common name alone; nil where there is none, or it is no text.
    var commonNameText: String? {
        // RFC 4514: parts by commas, of which those in a value stand behind a backslash.
        var parts: [String] = [""]
        var isEscaped = false
        for character in text {
            if isEscaped {
                parts[parts.count - 1].append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "," || character == "+" {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.first { $0.hasPrefix("CN=") && !$0.hasPrefix("CN=#") }.map { String($0.dropFirst(3)) }
    }
}
