import Delivery
import RotationModel

/// Takes files out of a folder of the inbox. One that cannot be moved must not keep the rest of the fleet from its
/// certificates: it is told of, and passed over.
struct InboxDoor {
    let tray: InboxTray
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    func rejection<Code>(of file: String, device: DeviceID?, _ refusal: InboxRefusal<Code>) -> Rejection {
        Rejection(file: file, device: device, code: refusal.code.rawValue, text: refusal.text, at: at, run: run)
    }

    func remove(_ files: [String], _ summary: inout IntakeSummary) {
        for file in files {
            attempt(&summary) { () throws(RotationError) in try tray.remove(file) }
        }
    }

    func reject(_ rejections: [Rejection], _ summary: inout IntakeSummary) {
        for rejection in rejections {
            attempt(&summary) { () throws(RotationError) in try tray.reject(rejection) }
        }
        summary.rejected += rejections.map(InboxOutlook.Rejected.init)
    }

    /// Moves files aside whose names are no UTF-8: no device has such a name.
    func rejectUndecodable(_ summary: inout IntakeSummary) {
        var names: [[UInt8]] = []
        attempt(&summary) { () throws(RotationError) in names = try tray.undecodableNames() }
        for name in names {
            var moved: [Rejection] = []
            attempt(&summary) { () throws(RotationError) in
                moved.append(try tray.reject(undecodable: name, run: run, at: at))
            }
            summary.rejected += moved.map(InboxOutlook.Rejected.init)
        }
    }

    private func attempt(_ summary: inout IntakeSummary, _ body: () throws(RotationError) -> Void) {
        do {
            try body()
        } catch {
            summary.obstacles.append(error.description)
            observer.warn(error.description)
        }
    }
}

extension InboxOutlook.Rejected {
    init(_ rejection: Rejection) {
        self.init(file: rejection.file, device: rejection.device, code: rejection.code, text: rejection.text)
    }
}
