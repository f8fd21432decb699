import PKI
import RotationModel
import Testing

@Suite("PEM")
struct EncodingTests {
    @Test("a PEM block is 64 columns wide and comes back", arguments: [0, 1, 47, 48, 49, 500])
    func pemRoundTrip(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let text = PEM.encode("CERTIFICATE", bytes)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "" && lines.allSatisfy { $0.count <= 64 })
        #expect(try PEM.blocks(in: text).map(\.der) == [bytes])
    }

    @Test("a byte-order mark, CRLF and text around PEM blocks do no harm")
    func surroundings() throws {
        let block = String(
            decoding: PEM.encode("X", Array("some bytes that fill more than one line of base64 text".utf8)),
            as: UTF8.self)
        let text = "\u{FEFF}subject=CN=a - b -- c\n" + block + "between\n" + block + "after"
        let windows = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        let blocks = try PEM.blocks(in: Array(windows.utf8))
        #expect(blocks.count == 2 && blocks.allSatisfy { $0.label == "X" && $0.der.starts(with: "some bytes".utf8) })
    }

    @Test(
        "broken PEM is refused with what is wrong",
        arguments: [
            ("-----BEGIN A-----\nZm9v\n", "no END"), ("-----BEGIN A-----\nZm9v\n-----END B-----\n", "another label"),
            ("-----BEGIN A-----\nZm9v!\n-----END A-----\n", "base64"), ("-----BEGIN A\nZm9v", "BEGIN line"),
            ("-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nZm9v\n-----END A-----\n", "base64"),
        ])
    func brokenPEM(text: String, part: String) throws {
        let error = try failure { _ = try PEM.blocks(in: Array(text.utf8)) }
        #expect(error.code == .badInput && error.message.contains(part))
    }

    @Test(
        "Beside what is wanted, blocks of other kinds may hold what they like",
        arguments: [
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nZm9v\n-----END RSA PRIVATE KEY-----\n",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nZm9v\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN PGP MESSAGE-----\nVersion: 1\n\nZm9v\n=abcd\n-----END PGP MESSAGE-----\n",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nno base64!\n-----END OPENSSH PRIVATE KEY-----\n",
        ])
    func otherBlocks(other: String) throws {
        let wanted = String(decoding: PEM.encode("CERTIFICATE", [1, 2, 3]), as: UTF8.self)
        for text in [other + wanted, wanted + other] {
            let blocks = try PEM.blocks(in: Array(text.utf8), labelled: ["CERTIFICATE"])
            #expect(blocks.first { $0.label == "CERTIFICATE" }?.der == [1, 2, 3])
            #expect(blocks.count == 2)
            #expect(PEM.holdsPrivateKey(Array(text.utf8)) == other.contains("PRIVATE KEY"))
        }
        #expect(!PEM.holdsPrivateKey(Array(wanted.utf8)))
        // A block that is wanted is still read strictly.
        let error = try failure {
            _ = try PEM.blocks(
                in: Array(other.utf8) + Array("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----".utf8),
                labelled: ["CERTIFICATE"])
        }
        #expect(error.message.contains("base64"))
    }

    @Test("PEM text of more than a megabyte is not looked at")
    func hugePEM() throws {
        let error = try failure { _ = try PEM.blocks(in: [UInt8](repeating: 0x41, count: PEM.largest + 1)) }
        #expect(error.code == .badInput)
    }

    @Test("SHA-256 is FIPS 180-4's")
    func sha256() {
        #expect(SHA256.digest([]).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.digest(Array("abc".utf8)).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
