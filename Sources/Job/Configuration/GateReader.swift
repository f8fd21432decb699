import Issuing
import LocatedYAML
import RotationModel

/// Reads `gate` of `rotation.yaml`. What is wrong is reported to the file's log, and reading goes on.
struct GateReader {
    /// What relative paths start from.
    let root: String

    func read(_ value: LocatedValue) -> GateConfiguration? {
        value.mapping("`gate`") { reader -> GateConfiguration? in
            let listenValue = reader.optional("listen")
            let listen = listenValue.map(self.listen) ?? []
            let certificates = reader.optional("certificates").map(self.certificates)
            let accounts = reader.optional("accounts").map(self.accounts) ?? [:]
            let local = reader.optional("local"), proxy = reader.optional("proxy")
            let (localPath, proxyPath) = (local.flatMap(socket), proxy.flatMap(socket))
            if let localPath, localPath == proxyPath {
                proxy?.report("`proxy` and `local` are one socket", help: "give each a path of its own")
            }
            if let listenValue, !listen.isEmpty, certificates == nil {
                listenValue.report(
                    "the gate listens for TLS and has no certificate",
                    help: "add `certificates: [{ certificate: gate/server.pem, key: { file: gate/server.key } }]`")
            }
            let limits = reader.optional("limits").map { GateLimitsReader.read($0) } ?? GateConfiguration.Limits()
            return GateConfiguration(
                listen: listen, certificates: certificates ?? [], accounts: accounts, local: localPath,
                proxy: proxyPath, limits: limits)
        } ?? nil
    }

    // MARK: Places

    private func listen(_ value: LocatedValue) -> [GateConfiguration.ListenAddress] {
        guard let items = value.oneOrMore("an address such as 0.0.0.0:8443") else { return [] }
        var found: [GateConfiguration.ListenAddress] = []
        for item in items {
            guard let address = address(item) else { continue }
            if found.contains(address), address.port != 0 {
                item.report("`\(address)` stands twice in `listen`", help: "remove one")
            }
            found.append(address)
        }
        return found
    }

    private func address(_ value: LocatedValue) -> GateConfiguration.ListenAddress? {
        let expected = "an address and a port, such as \"0.0.0.0:8443\" or \"[::]:8443\""
        guard let text = value.line(expected) else { return nil }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            value.report("`\(text)` has no port", help: "write \(expected)")
            return nil
        }
        var host = String(text[..<colon])
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        guard let bytes = IPAddress.bytes(of: host), (bytes.count == 16) == isBracketed else {
            value.report("`\(text)` is not an IP address and a port", help: "write \(expected)")
            return nil
        }
        return GateConfiguration.ListenAddress(host: host, port: Int(port))
    }

    /// The kernel's room for a socket's path, without the zero at its end (unix(7)).
    private static let longestSocketPath = 107

    private func socket(_ value: LocatedValue) -> String? {
        guard let path = path(value, "a socket such as gate/local.sock") else { return nil }
        guard path.utf8.count <= GateReader.longestSocketPath else {
            value.report(
                "the socket's path is \(path.utf8.count) bytes long, as seen from /",
                help: "a socket's path has at most \(GateReader.longestSocketPath): put it into /run/rotation-gate")
            return nil
        }
        return path
    }

    // MARK: Certificates, accounts

    private func certificates(_ value: LocatedValue) -> [GateConfiguration.ServerFiles] {
        guard let items = value.oneOrMore("{ certificate: gate/server.pem, key: { file: gate/server.key } }") else {
            return []
        }
        if items.count > 2 {
            value.report(
                "the gate has \(items.count) certificates",
                help: "keep one, or one with an ECDSA key and one with an RSA key")
        }
        return items.compactMap { item in item.mapping("the certificate", serverFiles) ?? nil }
    }

    private func serverFiles(_ reader: MappingReader) -> GateConfiguration.ServerFiles? {
        let certificate = reader.required("certificate", like: "gate/server.pem").flatMap {
            path($0, "a file such as gate/server.pem")
        }
        let keyValue = reader.required("key", like: "{ file: gate/server.key }")
        guard let certificate, let keyValue, let key = KeyReader(root: root).read(keyValue) else { return nil }
        if case .token = key.source {
            keyValue.report(
                "the server's key is in a token, which would sign every handshake", help: "name a key file")
            return nil
        }
        return GateConfiguration.ServerFiles(certificate: certificate, key: key)
    }

    private func accounts(_ value: LocatedValue) -> [String: AccountID] {
        value.mapping("`accounts`") { reader in
            var accounts: [String: AccountID] = [:]
            for entry in reader.anyEntries() {
                let name = entry.key.text.lowercased()
                guard GateReader.isServerName(name) else {
                    entry.key.report(
                        "`\(entry.key.text)` is not a name that a device can ask for",
                        help: "write a host name such as a.iot.example.com")
                    continue
                }
                guard accounts[name] == nil else {
                    entry.key.report("the server name `\(name)` stands twice", help: "remove one")
                    continue
                }
                accounts[name] = account(entry.value)
            }
            return accounts
        } ?? [:]
    }

    private func account(_ value: LocatedValue) -> AccountID? {
        guard let text = value.word("an account such as \"111122223333\"") else { return nil }
        do throws(RotationError) {
            return try AccountID(text)
        } catch {
            value.report(error.message, help: error.advice)
            return nil
        }
    }

    /// As TLS carries it (RFC 6066, 3): letters, digits, dots and hyphens, without a dot at its end.
    private static func isServerName(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return name.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { byte in
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                    }
            }
    }

    private func path(_ value: LocatedValue, _ expected: String) -> String? {
        value.line(expected, longest: 4096).map { WorkspacePath.resolve($0, from: root) }
    }
}
