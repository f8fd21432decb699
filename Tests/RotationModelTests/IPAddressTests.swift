import Glibc
import RotationModel
import Testing

@Suite("IP addresses as text")
struct IPAddressTests {
    /// What the C library reads (inet_pton(3)).
    private func expected(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var sixteen = in6_addr()
        if inet_pton(AF_INET6, text, &sixteen) == 1 { return withUnsafeBytes(of: sixteen) { Array($0) } }
        return nil
    }

    @Test(
        "An address is read, and anything else is not, as the C library does it",
        arguments: [
            "192.0.2.1", "0.0.0.0", "255.255.255.255", "256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.",
            "a.b.c.d",
            "::", "::1", "1::", "2001:db8::8:800:200c:417a", "2001:DB8:0:0:8:800:200C:417A", "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "1:2:3:4:5:6:7:8::", "1::2::3",
            ":::", ":1", "1:", "12345::", "g::", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1", "192.0.2.1::",
            "::192.0.2",
            "1:2:3:4:5:6:7:192.0.2.1", "", " ::1", "::1%eth0", "+1.2.3.4", "1.2.3.-4", "::+1", "٣.1.1.1",
        ])
    func table(text: String) {
        #expect(IPAddress.bytes(of: text) == expected(text))
    }

    @Test("Texts of an address's letters, put together by chance, are read as the C library reads them")
    func random() {
        let pieces = ["0", "1", "a", "ff", "10", "255", "256", ":", "::", ".", "1.2.3.4", "00"]
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<20_000 {
            let text = (0..<(1 + next(16))).map { _ in pieces[next(pieces.count)] }.joined()
            #expect(IPAddress.bytes(of: text) == expected(text), "\(text)")
        }
    }
}
