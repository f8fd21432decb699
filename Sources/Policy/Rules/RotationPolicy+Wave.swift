import RotationModel

extension RotationPolicy {
    /// The wave that a device goes with, from 0: the first whose share is greater than v.
    ///
    /// v is the first 8 bytes, big-endian, of SHA-256 over the word `wave`, a line feed, the policy's name, a line feed and the
    /// device id, divided by 2^64. The word keeps it apart from the hash that spreads due dates: who is renewed early in the
    /// spread is not always in the first wave.
    package func wave(of device: DeviceID) -> Int? {
        guard let waves = rollout.waves else { return nil }
        return waves.wave(ofPlace: sha256(Array("wave\n\(name)\n\(device.text)".utf8)).firstWord)
    }
}
