import Basics
import Fleet
import Job
import Lifecycle
import RotationModel

/// One device's whole story.
package struct StoryReport {
    let story: DeviceStory
    let style: Style

    package init(_ story: DeviceStory, style: Style = .plain) {
        self.story = story
        self.style = style
    }

    // MARK: For people

    package var text: String {
        [heading, certificates, lineage, rotations, pickup, audit].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var heading: String {
        let labels = story.listing.labels.sorted.map { Printable.text("\($0.name)=\($0.text)") }.joined(separator: " ")
        return style.bold(Printable.text(story.listing.device.text))
            + "\n  account \(Printable.text(story.listing.account.text))"
            + (labels.isEmpty ? "" : "\n  labels  \(labels)") + "\n  added   \(story.addedAt)\n"
            + (story.lastSeen.map { "  seen    \($0), at the gate\n" } ?? "")
    }

    private var certificates: String {
        var table = Table([.left, .left, .left, .left, .left, .left])
        table.addHeader(["STATUS", "NOT BEFORE", "NOT AFTER", "KEY", "SIGNATURE", "FINGERPRINT"], style)
        for certificate in story.listing.certificates {
            table.add([
                Table.Cell(certificate.status.rawValue), Table.Cell(certificate.notBefore.rfc3339),
                Table.Cell(certificate.notAfter.rfc3339), Table.Cell(certificate.key.spoken),
                Table.Cell(certificate.signature.description), Table.Cell(certificate.fingerprint.hex),
            ])
        }
        return style.bold("Certificates") + "\n" + (story.listing.certificates.isEmpty ? "  none\n" : table.text)
    }

    /// Where each certificate comes from, and what became of it.
    private var lineage: String {
        let lines = story.listing.certificates.compactMap { certificate -> String? in
            guard let history = certificate.history else { return nil }
            var parts = StoryReport.origin(of: certificate)
            if let parent = history.parent { parts.append("renews \(parent.hex.prefix(16))…") }
            if let at = history.confirmedAt { parts.append("confirmed \(at)") }
            if let at = history.replacedAt { parts.append("replaced \(at)") }
            if let revocation = history.revocation { parts.append(StoryReport.sentence(revocation)) }
            return parts.isEmpty
                ? nil : "  \(certificate.fingerprint.hex.prefix(16))…  \(parts.joined(separator: ", "))\n"
        }
        return lines.isEmpty ? "" : style.bold("Lineage") + "\n" + lines.joined()
    }

    /// What is out of the ordinary about who signed it, and how it is written.
    private static func origin(of certificate: ListedCertificate) -> [String] {
        let signer: String? =
            switch certificate.signedBy {
            case .authority, nil: nil
            case .itself: "self-signed"
            case .foreign: "of a foreign issuer, \(Printable.text(certificate.issuer))"
            case .forged: "not signed by the authority whose name it bears"
            }
        return [signer, certificate.malformed.map { "malformed: \(Printable.text($0))" }].compactMap { $0 }
    }

    /// `revoked 2026-12-11T00:00:00Z for keyCompromise by stolen-lot (descendant), ordered by alice, in run …: a note`
    private static func sentence(_ revocation: RevocationStory) -> String {
        var text = "revoked \(revocation.revokedAt) for \(revocation.reason.rawValue)"
        if let order = revocation.order {
            let reach = revocation.reach.map { $0 == .matched ? "" : " (\($0.rawValue))" } ?? ""
            text += " by \(Printable.text(order))\(reach)"
        }
        if let actor = revocation.actor { text += ", ordered by \(Printable.text(actor))" }
        if let run = revocation.run { text += ", in run \(run)" }
        if let note = revocation.note { text += ": \(Printable.text(note))" }
        if revocation.isPending { text += ", by an import; no run has carried it out yet" }
        return text
    }

    private var rotations: String {
        guard !story.rotations.isEmpty else { return "" }
        let blocks = story.rotations.map { rotation in
            "  \(style.bold(rotation.state.rawValue))  \(Printable.text(rotation.cause.policy?.name ?? "-")) "
                + "(\(Printable.text(rotation.cause.policy?.file ?? "-")):\(rotation.cause.policy?.line ?? 0)), \(Printable.text(rotation.cause.reason.sentence))\n"
                + rotation.steps.map { "    \($0.at)  \($0.name)" + ($0.run.map { " in run \($0)" } ?? "") + "\n" }
                .joined()
        }
        return style.bold("Rotations") + "\n" + blocks.joined()
    }

    private var pickup: String {
        var lines: [String] = []
        if let manifest = story.manifest {
            lines.append(
                "manifest \(manifest.sequence): \(manifest.action.rawValue), issued \(manifest.issued), expires \(manifest.expires)"
                    + (story.isManifestPublished ? "" : ", not published yet"))
        }
        if let request = story.request {
            lines.append(
                "a CSR waits (\(request.algorithm))" + (story.requestReceivedAt.map { ", taken in at \($0)" } ?? ""))
        }
        if let refused = story.refused { lines.append("the last CSR was refused: \(refused)") }
        guard !lines.isEmpty else { return "" }
        return style.bold("Pick-up") + "\n" + lines.map { "  \($0)\n" }.joined()
    }

    private var audit: String {
        guard !story.audit.isEmpty else { return "" }
        let report = AuditReport(style: style, isJSON: false)
        return style.bold("What happened") + "\n" + story.audit.map { "  " + report.text($0) }.joined()
    }

    // MARK: For programs

    package var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: 4096)
        json.object { json in
            json.member("version", 1)
            json.appendMembers(of: story.listing)
            json.member("added", story.addedAt.rfc3339)
            json.member("sequence", story.sequence)
            if let seen = story.lastSeen { json.member("lastSeen", seen.rfc3339) }
            json.key("rotations")
            json.array { json in story.rotations.forEach { append($0, to: &json) } }
            json.key("lineage")
            json.array { json in
                for certificate in story.listing.certificates {
                    if let history = certificate.history { append(history, of: certificate, to: &json) }
                }
            }
            json.key("manifest")
            if let manifest = story.manifest { append(manifest, to: &json) } else { json.null() }
            json.key("request")
            if let request = story.request { append(request, to: &json) } else { json.null() }
            if let refused = story.refused { json.member("refused", refused) }
            json.key("audit")
            json.array { json in story.audit.forEach { AuditReport.append($0, to: &json) } }
        }
        json.newline()
        return json.bytes
    }

    private func append(_ rotation: RotationStory, to json: inout JSONWriter) {
        json.object { json in
            json.member("state", rotation.state.rawValue)
            json.member("replaces", rotation.oldCertificate.hex)
            json.key("certificate")
            if let certificate = rotation.newCertificate { json.value(certificate.hex) } else { json.null() }
            json.key("reason")
            json.object { json in
                json.member("code", rotation.cause.reason.code.rawValue)
                json.member("text", rotation.cause.reason.text)
            }
            json.key("policy")
            json.object { json in
                json.member("name", rotation.cause.policy?.name ?? "")
                json.member("file", rotation.cause.policy?.file ?? "")
                json.member("line", rotation.cause.policy?.line ?? 0)
            }
            json.member("run", rotation.run.text)
            json.member("opened", rotation.openedAt.rfc3339)
            json.member("changed", rotation.changedAt.rfc3339)
            if let revocation = rotation.revocation { json.member("revocation", revocation) }
            json.key("steps")
            json.array { json in
                for step in rotation.steps {
                    json.object { json in
                        json.member("step", step.name)
                        json.member("at", step.at.rfc3339)
                        if let run = step.run { json.member("run", run.text) }
                    }
                }
            }
        }
    }

    private func append(_ history: CertificateHistory, of certificate: ListedCertificate, to json: inout JSONWriter) {
        json.object { json in
            json.member("fingerprint", certificate.fingerprint.hex)
            if let parent = history.parent { json.member("renews", parent.hex) }
            if let at = history.confirmedAt { json.member("confirmed", at.rfc3339) }
            if let at = history.replacedAt { json.member("replaced", at.rfc3339) }
            guard let revocation = history.revocation else { return }
            json.key("revocation")
            json.object { json in
                json.member("reason", revocation.reason.rawValue)
                json.member("at", revocation.revokedAt.rfc3339)
                if let order = revocation.order { json.member("order", order) }
                if let reach = revocation.reach { json.member("reach", reach.rawValue) }
                if let actor = revocation.actor { json.member("actor", actor) }
                if let run = revocation.run { json.member("run", run.text) }
                if let note = revocation.note { json.member("note", note) }
                if revocation.isPending { json.member("pending", true) }
            }
        }
    }

    private func append(_ manifest: ManifestRecord, to json: inout JSONWriter) {
        json.object { json in
            json.member("sequence", manifest.sequence)
            json.member("action", manifest.action.rawValue)
            json.member("issued", manifest.issued.rfc3339)
            json.member("expires", manifest.expires.rfc3339)
            json.member("published", story.isManifestPublished)
        }
    }

    private func append(_ request: WaitingRequest, to json: inout JSONWriter) {
        json.object { json in
            json.member("key", request.algorithm.description)
            json.member("keyFingerprint", request.publicKey.fingerprint.hex)
            if let received = story.requestReceivedAt { json.member("received", received.rfc3339) }
        }
    }
}

extension RotationStory {
    /// What happened when, in order.
    fileprivate var steps: [(name: String, at: Timestamp, run: RunID?)] {
        var steps: [(String, Timestamp, RunID?)] = [("opened", openedAt, run)]
        let named = [
            ("asked for a CSR", asked), ("issued", issued), ("delivered", delivered), ("confirmed", confirmed),
        ]
        for (name, step) in named { if let step { steps.append((name, step.at, step.run)) } }
        if let ended { steps.append((state.rawValue, ended.at, ended.run)) }
        return steps
    }
}
