import Basics
import RotationModel
import Testing

@testable import PKI

@Suite("PKCS#11 URIs")
struct PKCS11URITests {
    @Test("attributes are read by RFC 7512, percent-decoded")
    func reading() throws {
        let uri = try PKCS11URI(
            "pkcs11:token=The%20Software%3b%C3%A9;id=%69%00%ff;object=my key;serial=1;type=private;slot-id=7"
                + "?module-path=/usr/lib/a.so")
        #expect(uri.token == "The Software;é" && uri.id == [0x69, 0x00, 0xFF] && uri.object == "my key")
        #expect(uri.serial == "1" && uri.slotID == 7 && uri.modulePath == "/usr/lib/a.so")
        #expect(uri.manufacturer == nil && uri.model == nil)
        #expect(try PKCS11URI("PKCS11:object=a=b&c").object == "a=b&c")
    }

    @Test(
        "what cannot be meant is refused with what would be right",
        arguments: [
            ("file:a", "starts with `pkcs11:`"), ("", "starts with `pkcs11:`"),
            ("pkcs11:", "neither a token nor a key"), ("pkcs11:type=private", "neither a token nor a key"),
            ("pkcs11:token=a;;object=b", "empty attribute"), ("pkcs11:token=a;object", "not `name=value`"),
            ("pkcs11:token=a;=b", "not `name=value`"), ("pkcs11:token=", "`token` has no value"),
            ("pkcs11:token=a;token=b", "`token` stands twice"), ("pkcs11:token=a%4", "without two hexadecimal digits"),
            ("pkcs11:token=a%+1", "without two hexadecimal digits"), ("pkcs11:token=%ff", "`token` is not UTF-8"),
            ("pkcs11:token=a%00", "`token` is not UTF-8"), ("pkcs11:slot-id=x", "`slot-id` is not a number"),
            ("pkcs11:object=a;type=cert", "`type=cert` is no private key"),
            ("pkcs11:object=a;label=b", "unknown attribute `label`"),
            ("pkcs11:object=a?pin-source=file:/p", "`pin-source`, which is not taken here"),
            ("pkcs11:object=a;module-name=softhsm2", "`module-name`, which is not taken here"),
        ])
    func mistakes(text: String, says: String) throws {
        let mistake = try #require(throws: PKCS11URI.Mistake.self) { try PKCS11URI(text) }
        #expect(mistake.message.contains(says), "\(mistake.message)")
        #expect(!mistake.help.isEmpty || mistake.unknown != nil)
    }

    @Test(
        "a PIN in a URI is never repeated",
        arguments: [
            "pkcs11:object=a?pin-value=s3cret", "pkcs11:object=a;pin-value=s3cret",
            "pkcs11:object=a?pin-value=x&s3cret",
            "pkcs11:object=a?pin-value=x;s3cret", "pkcs11:pin-value=%s3cret",
        ])
    func secrets(text: String) throws {
        let mistake = try #require(throws: PKCS11URI.Mistake.self) { try PKCS11URI(text) }
        #expect(!mistake.message.contains("s3cret") && !mistake.help.contains("s3cret"))
    }

    @Test("values go into a URI with everything but unreserved characters escaped, and come back")
    func escaping() throws {
        let label = "a b;c&d?e=f%é~"
        #expect(PercentEncoding.encode(label) == "a%20b%3Bc%26d%3Fe%3Df%25%C3%A9~")
        #expect(try PKCS11URI("pkcs11:object=" + PercentEncoding.encode(label)).object == label)
        #expect(PercentEncoding.everyByte([0, 0x41, 0xFF]) == "%00%41%FF")
    }
}
