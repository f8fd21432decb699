public import Fleet
import RotationModel

/// One device's whole story.
public struct StoryReport {
    let story: DeviceStory
    let style: Style

    public init(_ story: DeviceStory, style: Style = .plain) {
        self.story = story
        self.style = style
    }

    // MARK: For people

    public var text: String {
        [heading, certificates, rotations, pickup, audit].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var heading: String {
        let labels = story.listing.labels.sorted.map { Printable.text("\($0.name)=\($0.text)") }.joined(separator: " ")
        return style.bold(Printable.text(story.listing.device.text))
            + "\n  account \(Printable.text(story.listing.account.text))"
            + (labels.isEmpty ? "" : "\n  labels  \(labels)") + "\n  added   \(story.addedAt)\n"
    }

    private var certificates: String {
        var table = Table([.left, .left, .left, .left, .left, .left])
        table.addHeader(["STATUS", "NOT BEFORE", "NOT AFTER", "KEY", "SIGNATURE", "FINGERPRINT"], style)
        for certificate in story.listing.certificates {
            table.add([
                Table.Cell(certificate.status.rawValue), Table.Cell(certificate.notBefore.rfc3339),
                Table.Cell(certificate.notAfter.rfc3339), Table.Cell(certificate.key.description),
                Table.Cell(certificate.signature.description), Table.Cell(certificate.fingerprint.hex),
            ])
        }
        return style.bold("Certificates") + "\n" + (story.listing.certificates.isEmpty ? "  none\n" : table.text)
    }

    private var rotations: String {
        guard !story.rotations.isEmpty else { return "" }
        var table = Table([.left, .left, .left, .left, .left])
        table.addHeader(["ROTATION", "OPENED", "SINCE", "POLICY", "WHY"], style)
        for rotation in story.rotations {
            table.add([
                Table.Cell(rotation.state.rawValue), Table.Cell(rotation.openedAt.rfc3339),
                Table.Cell(rotation.changedAt.rfc3339),
                Table.Cell("\(rotation.policyName) (\(rotation.policyFile):\(rotation.policyLine))"),
                Table.Cell(rotation.reason.sentence),
            ])
        }
        return style.bold("Rotations") + "\n" + table.text
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

    public var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: 4096)
        json.object { json in
            json.member("version", 1)
            json.appendMembers(of: story.listing)
            json.member("added", story.addedAt.rfc3339)
            json.member("sequence", story.sequence)
            json.key("rotations")
            json.array { json in story.rotations.forEach { append($0, to: &json) } }
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
                json.member("code", rotation.reason.code.rawValue)
                json.member("text", rotation.reason.text)
            }
            json.key("policy")
            json.object { json in
                json.member("name", rotation.policyName)
                json.member("file", rotation.policyFile)
                json.member("line", rotation.policyLine)
            }
            json.member("run", rotation.run)
            json.member("opened", rotation.openedAt.rfc3339)
            json.member("changed", rotation.changedAt.rfc3339)
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
            json.member("keyFingerprint", request.keyFingerprint.hex)
            if let received = story.requestReceivedAt { json.member("received", received.rfc3339) }
        }
    }
}
