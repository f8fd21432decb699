import Delivery
import RotationModel
import RotationTesting
import Testing

@Suite("Device ids as file names")
struct DeviceFileNameTests {
    @Test(
        "A byte outside A-Za-z0-9._- and a leading dot are percent-encoded",
        arguments: [
            ("sensor-eu-000001", "sensor-eu-000001"), ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
            ("a/b", "a%2Fb"),
            (".hidden", "%2Ehidden"), ("日本", "%E6%97%A5%E6%9C%AC"), ("a b%", "a%20b%25"), ("..", "%2E."),
            ("A_z.9", "A_z.9"),
        ])
    func encodes(id: String, name: String) throws {
        let device = try DeviceID(id)
        #expect(DeviceFileName.encode(device) == name)
        #expect(try DeviceFileName.decode(name) == .device(device))
    }

    @Test("An id too long for a file name stands under its digest")
    func longNames() throws {
        let device = try DeviceID(String(repeating: "日", count: 42))
        let name = DeviceFileName.encode(device)
        #expect(name == "%sha256-" + DeviceFileName.digest(of: device).hex)
        #expect(try DeviceFileName.decode(name) == .digest(DeviceFileName.digest(of: device)))
        let plain = try DeviceID(String(repeating: "x", count: 128))
        #expect(DeviceFileName.encode(plain) == plain.text)
    }

    @Test(
        "A name that no device has is refused: two files never speak for one device",
        arguments: [
            "", "a%2fb", "%61", "a b", "%", "%2", "%zz", ".hidden", "%C3%28", "a%00b", "%sha256-12",
            "%sha256-" + String(repeating: "A", count: 64), String(repeating: "x", count: 129),
        ])
    func refuses(name: String) {
        #expect { try DeviceFileName.decode(name) } throws: { ($0 as? RotationError)?.code == .badInput }
    }

    @Test("The manifest path starts with the digest's first digits")
    func manifestPath() throws {
        // printf 'a/b' | sha256sum starts with c14c.
        #expect(DeliveryTree.manifestPath(of: DeviceID("a/b")) == "manifests/c1/4c/a%2Fb.jws")
    }
}
