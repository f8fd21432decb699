import RotationModel

// Tests say times, devices and runs as they are read.

extension Timestamp: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        guard let time = Timestamp(rfc3339: text) else { preconditionFailure("\(text) is no time") }
        self = time
    }
}

extension DeviceID: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(checked: text) }
}

extension RunID: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}
