import Basics
import PKI
import RotationModel

/// What a proxy says of the device that it speaks for. A header that is there twice was not written by the proxy alone, and is refused.
enum ProxyHeaders {
    /// nginx: `$ssl_client_escaped_cert`; HAProxy: `%[ssl_c_der,base64]`. Empty where the device showed none.
    static let certificate = "x-ssl-client-cert"
    static let serverName = "x-ssl-server-name"
    /// The last address is the one that the proxy saw.
    static let address = "x-forwarded-for"

    static let all = [certificate, serverName, address]

    /// - Throws: What is answered.
    static func peer(in headers: [(name: String, value: String)]) throws(Refused) -> Peer {
        let text = try value(of: certificate, in: headers)
        let name = try value(of: serverName, in: headers)
        let from = try value(of: address, in: headers)
        return Peer(
            transport: .proxy, certificate: try text.map { text throws(Refused) in try der(of: text) },
            serverName: try name.map { name throws(Refused) in try hostName(name) },
            address: try from.map { from throws(Refused) in try lastAddress(of: from) } ?? "")
    }

    struct Refused: Error { let problem: Problem }

    private static func refused(_ detail: String) -> Refused {
        Refused(problem: Problem(400, "bad-request", "of the proxy: \(detail)"))
    }

    /// Nil where it is not there, or says nothing.
    private static func value(
        of name: String, in headers: [(name: String, value: String)]
    ) throws(Refused) -> String? {
        let found = headers.filter { $0.name == name }
        guard found.count <= 1 else { throw refused("\(name) is there more than once") }
        guard let value = found.first?.value, !value.isEmpty, value != "-" else { return nil }
        return value
    }

    private static func der(of text: String) throws(Refused) -> [UInt8] {
        let bytes = text.hasPrefix("-----BEGIN") ? PercentEncoding.decode(text) : Base64.decode(text)
        guard let bytes, bytes.count <= ServerContext.largestCertificateList,
            let certificates = try? Certificate.all(reading: bytes), certificates.count == 1
        else {
            throw refused("\(certificate) is not one certificate, as percent-encoded PEM or as DER in base64")
        }
        return certificates[0].der
    }

    private static func hostName(_ text: String) throws(Refused) -> String {
        let name = text.lowercased()
        let isName = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
        }
        guard isName, name.utf8.count <= 255 else { throw refused("\(serverName) is not a host name") }
        return name
    }

    private static func lastAddress(of text: String) throws(Refused) -> String {
        let last = text.split(separator: ",").last.map { $0.filter { $0 != " " && $0 != "\t" } } ?? ""
        guard IPAddress.bytes(of: last) != nil else { throw refused("\(address) does not end in an IP address") }
        return last
    }
}
