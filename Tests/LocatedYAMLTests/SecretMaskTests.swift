import Testing

@testable import LocatedYAML

@Suite("Secrets in lines that messages show")
struct SecretMaskTests {
    @Test(
        "A word where the source of a secret should stand is starred out, to the end of the line",
        arguments: [
            ("pin: 1234", "pin: ****"), ("  PIN : 'a,b}c'", "  PIN : *******"),
            ("passphrase: { value: hunter2 }", "passphrase: ******************"),
            ("password: hunter2", "password: *******"), ("key: { pin: { hunter2 } }", "key: { pin: *************"),
            ("pkcs11: \"pkcs11:object=a?pin-value=12;x\"", "pkcs11: \"pkcs11:object=a?pin-value=**;x\""),
            ("pkcs11: \"pkcs11:object=a;pin%2Dvalue=12\"", "pkcs11: \"pkcs11:object=a;pin%2Dvalue=**\""),
        ])
    func starred(_ line: String, _ shown: String) {
        #expect(SecretMask.hiding(in: line[...], showing: line.startIndex..<line.endIndex) == shown)
    }

    @Test(
        "Where a secret comes from is no secret, and neither are other words",
        arguments: [
            "passphrase: { file: ca.pass }", "pin: { env: FLEET_PIN }", "pin: {credential: fleet.pin}",
            "pins: 4", "labels: { passenger: bus }", "description: a pin for each",
        ])
    func shown(_ line: String) {
        #expect(SecretMask.hiding(in: line[...], showing: line.startIndex..<line.endIndex) == line)
    }

    @Test("Of a long line a part is shown, and what makes it a secret may stand before it")
    func part() throws {
        let line = "pin: 12345678"
        let start = line.index(line.startIndex, offsetBy: 8)
        #expect(SecretMask.hiding(in: line[...], showing: start..<line.endIndex) == "*****")
    }
}
