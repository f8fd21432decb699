import RotationModel
import System

/// The machine's clock: what is issued, and what expires, goes by it.
struct ClockCondition: Condition {
    /// Nil where a run would take the time.
    var jump: ClockJump?
    /// Nil where the kernel does not say, or nobody asked.
    var isSynchronized: Bool?

    var findings: [Finding] {
        var found: [Finding] = []
        if let jump {
            found.append(
                Finding(
                    "clock-jump", at: "clock", "\(jump.fact): a run would do nothing",
                    remedy:
                        "`timedatectl` shows the clock; if \(jump.at) is right, `rotation-job run --accept-time \(jump.at)`"
                ))
        }
        if isSynchronized == false {
            found.append(
                Finding(
                    "clock-unsynchronized", at: "clock",
                    "nothing sets it by others: certificates could be dated wrongly",
                    remedy: "timedatectl set-ntp true, or install chrony"))
        }
        return found
    }
}

extension ClockCondition {
    /// Looks.
    init(_ workspace: Workspace, at: Timestamp, _ scope: Doctor.Scope) {
        jump = (try? workspace.timeJump(at: at)) ?? nil
        isSynchronized = scope == .machine ? ClockDiscipline.isSynchronized : nil
    }
}
