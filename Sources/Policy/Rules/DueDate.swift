import RotationModel

extension RotationPolicy {
    /// When the certificate is due: `notAfter - renewBefore - spread * u`, rounded up to a second. Of a device that is seldom seen
    /// (``ContactRule``) the longer of both `renewBefore` counts, from when it is seldom seen on: the date says what is to come where it is
    /// not seen again.
    ///
    /// u is the first 8 bytes, big-endian, of SHA-256 over policy name, a line feed and device id, divided by 2^64. All
    /// of it is computed in whole numbers, so that every machine and every run has the same date.
    package func dueDate(of certificate: CertificateFacts, device: DeviceID) -> Timestamp {
        let usual = dueDate(of: certificate, device: device, leading: expiry.renewBefore)
        guard let rule = expiry.contact, let seldom = rule.seldomFrom(certificate.contact) else { return usual }
        return min(usual, max(seldom, dueDate(of: certificate, device: device, leading: rule.renewBefore)))
    }

    private func dueDate(of certificate: CertificateFacts, device: DeviceID, leading renewBefore: Lead) -> Timestamp {
        let lifetime = (certificate.notAfter - certificate.notBefore).seconds
        // Lifetimes stay below 2^39 seconds (the year 9999), so microseconds below 2^59, and both terms below 2^123.
        let fixed = renewBefore.microseconds(of: lifetime) << 64
        let varying = expiry.spread.microseconds(of: lifetime) * Int128(spreadWord(device))
        let lead = (fixed + varying) / (1_000_000 << 64)
        return certificate.notAfter - TimeSpan(seconds: Int64(clamping: lead))
    }

    /// Whether ``dueDate(of:device:)`` has come; hashes only within the spread.
    func isDue(_ certificate: CertificateFacts, device: DeviceID, at now: Timestamp) -> Bool {
        let lifetime = (certificate.notAfter - certificate.notBefore).seconds
        let left = Int128((certificate.notAfter - now).seconds) * 1_000_000
        let latest = expiry.renewBefore.microseconds(of: lifetime)
        if left <= latest { return true }
        if let rule = expiry.contact, certificate.contact != .unknown, rule.isSeldom(certificate.contact, at: now) {
            return now >= dueDate(of: certificate, device: device)
        }
        if left > latest + expiry.spread.microseconds(of: lifetime) { return false }
        return now >= dueDate(of: certificate, device: device)
    }

    /// u: which share of `spread` the device starts earlier, from 0 up to, not including, 1. Zero where there is no spread.
    package func spreadShare(of device: DeviceID) -> Double {
        Double(spreadWord(device) >> 11) / Double(UInt64(1) << 53)
    }

    private func spreadWord(_ device: DeviceID) -> UInt64 {
        guard !expiry.spread.isNothing else { return 0 }
        var bytes = Array(name.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: device.text.utf8)
        return sha256(bytes).firstWord
    }
}
