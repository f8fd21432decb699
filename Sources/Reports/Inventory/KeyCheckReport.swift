import Basics
import Job
import RotationModel

/// What `inventory check-keys` found.
package struct KeyCheckReport {
    let check: KeyCheck
    let style: Style

    package init(_ check: KeyCheck, style: Style = .plain) {
        (self.check, self.style) = (check, style)
    }

    package var text: String {
        let head = style.bold(counted(check.keys, "RSA key")) + ": "
        if check.sharedPrimes.isEmpty { return head + "no two share a prime\n" }
        let affected = Set(check.sharedPrimes.flatMap(\.keys).map(\.fingerprint)).count
        var text =
            head + style.red("\(affected) share a prime with another") + "; anybody can compute their private keys\n"
        for (number, shared) in check.sharedPrimes.enumerated() {
            text += "\n" + style.bold("Prime \(number + 1)") + "\n"
            var table = Table([.left, .left, .left, .left])
            table.addHeader(["device", "status", "certificate", "key"], style)
            for key in shared.keys {
                for holder in key.holders {
                    table.add([
                        Table.Cell(holder.device.text), Table.Cell(holder.status?.rawValue ?? "CSR"),
                        Table.Cell(holder.certificate?.hex ?? "-"), Table.Cell(key.fingerprint.hex),
                    ])
                }
            }
            text += table.text
        }
        return text
            + "\nRevoke each key, so that it is replaced and never taken again:\n"
            + "  rotation-job revoke --key KEY --reason keyCompromise --replace-first\n"
            + "The devices made these keys with too little randomness; see to that before they make new ones.\n"
    }

    package var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("keys", check.keys)
            json.key("sharedPrimes")
            json.array { json in
                for shared in check.sharedPrimes {
                    json.object { json in
                        json.key("keys")
                        json.array { json in shared.keys.forEach { write($0, &json) } }
                    }
                }
            }
        }
        json.newline()
        return json.bytes
    }

    private func write(_ key: KeyCheck.Key, _ json: inout JSONWriter) {
        json.object { json in
            json.member("keyFingerprint", key.fingerprint.hex)
            json.key("holders")
            json.array { json in
                for holder in key.holders {
                    json.object { json in
                        json.member("device", holder.device.text)
                        if let certificate = holder.certificate { json.member("fingerprint", certificate.hex) }
                        if let status = holder.status { json.member("status", status.rawValue) }
                    }
                }
            }
        }
    }
}
