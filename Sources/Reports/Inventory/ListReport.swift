import Basics
import Fleet
import Job
import RotationModel

/// Devices and their certificates as they stream by: a line a certificate for people, a line a device for programs.
package struct ListReport {
    let style: Style
    let isJSON: Bool

    package init(style: Style = .plain, isJSON: Bool) {
        self.style = style
        self.isJSON = isJSON
    }

    package func lines(_ device: DeviceListing) -> [UInt8] {
        isJSON ? json(device) : Array(text(device).utf8)
    }

    private func json(_ device: DeviceListing) -> [UInt8] {
        var json = JSONWriter()
        json.object { $0.appendMembers(of: device) }
        json.newline()
        return json.bytes
    }

    /// Columns have fixed widths: what streams cannot be measured first.
    private func text(_ device: DeviceListing) -> String {
        guard !device.certificates.isEmpty else { return "\(padded(device.device.text, 32))  no certificate\n" }
        return device.certificates.map { certificate in
            let status = padded(certificate.status.rawValue, 18)
            return
                "\(padded(device.device.text, 32))  \(certificate.status == .active ? style.green(status) : style.yellow(status))"
                + "  \(certificate.notAfter)  \(padded(certificate.key.spoken, 10))  \(certificate.fingerprint.hex.prefix(16))\n"
        }.joined()
    }

    private func padded(_ text: String, _ width: Int) -> String {
        let shown = Printable.text(text)
        return shown + String(repeating: " ", count: max(0, width - Printable.width(shown)))
    }
}
