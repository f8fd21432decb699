import Basics
import Fleet
import Lifecycle
import Planning
import RotationModel

// What plans, run reports and the status have in common beside their rows: revocations, and who has yet to answer.
extension PlanDocument {
    static func append(_ outlooks: [RevocationOutlook], to json: inout JSONWriter) {
        json.key("revocations")
        json.array { json in
            for outlook in outlooks {
                json.object { json in
                    json.member("name", outlook.revocation.name)
                    json.member("reason", outlook.revocation.reason.rawValue)
                    json.member("mode", outlook.revocation.mode.rawValue)
                    if let deadline = outlook.revocation.deadline { json.member("deadline", deadline.rfc3339) }
                    json.member("matched", outlook.matched)
                    json.member("descendants", outlook.descendants)
                    json.member("sharedKeys", outlook.sharedKeys)
                    json.member("revoked", outlook.revoked)
                    json.member("due", outlook.due)
                    json.member("waiting", outlook.waiting)
                }
            }
        }
    }

    static func append(_ pickUp: PickUp, to json: inout JSONWriter) {
        json.key("rotations")
        json.object { json in
            for (state, count) in pickUp.rotations { json.member(state.rawValue, count) }
        }
        append("stuck", pickUp.stuck, to: &json)
        append("silent", pickUp.silent, to: &json)
    }

    private static func append(_ name: String, _ rotations: [OpenRotationListing], to json: inout JSONWriter) {
        json.key(name)
        json.array { json in
            for rotation in rotations {
                json.object { json in
                    json.member("device", rotation.device.text)
                    json.member("account", rotation.account.text)
                    json.member("state", rotation.state.rawValue)
                    json.member("since", rotation.changedAt.rfc3339)
                    json.member("notAfter", rotation.notAfter.rfc3339)
                    json.member("policy", rotation.policy)
                }
            }
        }
    }
}
