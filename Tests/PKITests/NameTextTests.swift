import RotationModel
import Testing

@testable import PKI

@Suite("Names as programs print them")
struct NameTextTests {
    private static let name = "CN=Example Fleet CA 1,O=Example Devices"

    @Test(
        "The name that is meant is found, in each way of writing it",
        arguments: [
            (name, name, "same"), ("O = Example Devices, CN = Example Fleet CA 1", name, "reverse"),
            ("O=Example Devices, CN=Example Fleet CA 1", name, "reverse"),
            ("issuer=O = Example Devices, CN = Example Fleet CA 1\n", name, "reverse"),
            ("issuer= /O=Example Devices/CN=Example Fleet CA 1", name, "reverse"),
            ("Issuer: O = Example Devices, CN = Example Fleet CA 1", name, "reverse"),
            ("issuer=CN=Example Fleet CA 1,O=Example Devices", name, "same"),
            ("cn=Example Fleet CA 1 , o=Example Devices", name, "same"),
            ("commonName=Example Fleet CA 1,organizationName=Example Devices", name, "same"),
            (
                "organizationName          = Example Devices\ncommonName                = Example Fleet CA 1", name,
                "reverse"
            ),
            ("2.5.4.3=Example Fleet CA 1,OID.2.5.4.10=Example Devices", name, "same"),
            ("CN=#0c124578616d706c6520466c656574204341 2031", name, "other"),
            ("CN=Example Fleet CA 1", name, "other"), ("O=Example Devices,CN=example fleet ca 1", name, "other"),
            // Separators within values.
            ("O = \"Example, Inc\", CN = \"a+b\"", "CN=a\\+b,O=Example\\, Inc", "reverse"),
            ("O=Example\\, Inc,CN=a\\+b", "CN=a\\+b,O=Example\\, Inc", "reverse"),
            ("/O=Example, Inc/CN=a/b", "CN=a/b,O=Example\\, Inc", "reverse"),
            ("O = \"say \\\"hi\\\"\", CN = x", "CN=x,O=say \\\"hi\\\"", "reverse"),
            // Letters beyond ASCII, in each way that OpenSSL escapes them.
            ("O = J\\C3\\A4ger, CN = x", "CN=x,O=Jäger", "reverse"),
            ("/O=J\\xC3\\xA4ger/CN=x", "CN=x,O=Jäger", "reverse"),
            ("O = Jäger, CN = x", "CN=x,O=Jäger", "reverse"),
            // Several attributes in one part, which have no order there.
            ("O = x, CN = y + UID = z", "UID=z+CN=y,O=x", "reverse"), ("O=x,CN=y+UID=z", "CN=y,UID=z,O=x", "other"),
            // Types that have no short name here.
            ("CN = x, emailAddress = a@b.example", "1.2.840.113549.1.9.1=a@b.example,CN=x", "reverse"),
            ("1.2.3.4=#0c0178,CN=x", "CN=x,1.2.3.4=x", "reverse"),
            ("SN = x, GN = y", "2.5.4.42=y,2.5.4.4=x", "reverse"),
            // A name of one part reads the same from either end.
            ("CN = x", "CN=x", "same"),
        ])
    func meant(text: String, known: String, relation: String) {
        let (text, known) = (NameText(text), NameText(known))
        #expect(text.isSame(as: known) == (relation == "same"))
        #expect(!text.isSame(as: known) && text.isReverse(of: known) == (relation == "reverse") || relation == "same")
    }

    @Test("A text that is no name is none", arguments: ["", " ", "fleet-ca-1", "issuer=", "/", "=x"])
    func none(text: String) { #expect(NameText(text).isEmpty) }

    @Test(
        "A kind of key that has no word of its own has OpenSSL's",
        arguments: [
            ("1.3.132.0.10", "secp256k1"), ("1.3.132.0.33", "secp224r1"), ("1.2.840.10045.3.1.1", "prime192v1"),
            ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"), ("1.3.132.0.1", "sect163k1"), ("1.3.101.110", "X25519"),
            ("1.3.101.113", "ED448"), ("1.2.3.4.5", "1.2.3.4.5"), ("dsa", "dsa"), ("rsa-2048", "rsa-2048"),
            ("ecdsa-p256", "ecdsa-p256"),
        ])
    func keys(written: String, name: String) { #expect(KeyAlgorithm(written).name == name) }
}
