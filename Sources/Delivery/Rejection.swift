public import RotationModel

/// Why a file of the inbox was not taken.
public struct Rejection: Sendable, Equatable {
    /// The file's name in the inbox.
    public let file: String
    /// Whose it is, where the name leads to a device of the inventory.
    public let device: DeviceID?
    /// A stable name of the rule that it broke.
    public let code: String
    /// A sentence for the device's developer.
    public let text: String
    public let at: Timestamp
    public let run: String
    /// Whether the file's bytes may lie in `rejected/`: not where there is a private key among them.
    public let isContentKept: Bool

    public init(
        file: String, device: DeviceID?, code: String, text: String, at: Timestamp, run: String,
        isContentKept: Bool = true
    ) {
        self.file = file
        self.device = device
        self.code = code
        self.text = text
        self.at = at
        self.run = run
        self.isContentKept = isContentKept
    }

    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("file", file)
            json.key("device")
            if let device { json.value(device.text) } else { json.null() }
            json.key("reason")
            json.object { json in
                json.member("code", code)
                json.member("text", text)
            }
            json.member("at", at.rfc3339)
            json.member("run", run)
        }
        json.newline()
        return json.bytes
    }
}
