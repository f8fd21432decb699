import Basics
import RotationModel

/// Why a file of the inbox was not taken.
package struct Rejection: Sendable, Equatable {
    /// The file's name in the inbox.
    package let file: String
    /// The name under which it lies there, where that says nothing of its device: a submission's in the gate's spool.
    package let submission: String?
    /// Whose it is, where the name leads to a device of the inventory.
    package let device: DeviceID?
    /// A stable name of the rule that it broke.
    package let code: String
    /// A sentence for the device's developer.
    package let text: String
    package let at: Timestamp
    package let run: RunID
    /// Whether the file's bytes may lie in `rejected/`: not where there is a private key among them.
    package let isContentKept: Bool

    package init(
        file: String, submission: String? = nil, device: DeviceID?, code: String, text: String, at: Timestamp,
        run: RunID,
        isContentKept: Bool = true
    ) {
        self.file = file
        self.submission = submission
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
            if let submission { json.member("submission", submission) }
            json.key("device")
            if let device { json.value(device.text) } else { json.null() }
            json.key("reason")
            json.object { json in
                json.member("code", code)
                json.member("text", text)
            }
            json.member("at", at.rfc3339)
            json.member("run", run.text)
        }
        json.newline()
        return json.bytes
    }
}
