import Foundation
import RotationModel
import RotationTesting

/// A whole `run` of the built program over a fleet of which every device is due and has a CSR waiting.
struct RunBench {
    let job: String
    let folder: String
    let count: Int
    let raw: RawMeasurement

    private static let now = Timestamp(seconds: 1_796_083_200)

    func printTable() throws(RotationError) {
        try makeWorkspace()
        let importing = try time(["inventory", "import", "fleet.ndjson"])
        let running = try time(["run", "--at", RunBench.now.rfc3339])
        let manifests = countManifests()
        guard manifests == count else {
            throw RotationError(
                .io, "the run left \(manifests) manifests for \(count) devices", at: folder,
                advice: "see its reports there")
        }
        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        // A certificate takes one verification (the CSR's) and two signatures (its own and the manifest's).
        let possible = cores / (raw.verify + 2 * raw.sign)
        let rate = Double(count) / running
        print(Measuring.row("\(count) devices, \(Int(cores)) cores", ["seconds", "per second"]))
        print(
            Measuring.row(
                "inventory import",
                [String(format: "%.2f", importing), String(format: "%.0f", Double(count) / importing)]))
        print(Measuring.row("run", [String(format: "%.2f", running), String(format: "%.0f", rate)]))
        print(Measuring.row("verify and 2 sign, raw, all cores", ["", String(format: "%.0f", possible)]))
        print(Measuring.row("run, of raw", ["", String(format: "%.0f%%", 100 * rate / possible)]))
    }

    private func makeWorkspace() throws(RotationError) {
        do {
            if FileManager.default.fileExists(atPath: folder) {
                throw RotationError(
                    .io, "the folder is there already", at: folder, advice: "give one that is not, or remove it")
            }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            _ = try time(["init", "."])
            // The policies that `init` brings would match the same devices.
            try FileManager.default.removeItem(atPath: "\(folder)/policies")
            try FileManager.default.createDirectory(atPath: "\(folder)/policies", withIntermediateDirectories: true)
            var options = FleetOptions(devices: count, now: RunBench.now)
            options.isUniform = true
            options.csrShare = 1
            options.left = .days(10)
            options.writesKeys = false
            _ = try FleetWriter(options, folder: folder).write()
            try FileManager.default.removeItem(atPath: "\(folder)/inbox/csr")
            try FileManager.default.moveItem(atPath: "\(folder)/csr", toPath: "\(folder)/inbox/csr")
            try Data(RunBench.configuration.utf8).write(to: URL(fileURLWithPath: "\(folder)/rotation.yaml"))
            try Data(RunBench.policies.utf8).write(to: URL(fileURLWithPath: "\(folder)/policies/all.yaml"))
        } catch let error as RotationError {
            throw error
        } catch {
            throw RotationError(.io, "the workspace cannot be made: \(error)", at: folder)
        }
    }

    private func time(_ arguments: [String]) throws(RotationError) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let program = job.contains("/") ? URL(fileURLWithPath: job).path : job
        let outcome = try ExternalProgram.run([program] + arguments, in: folder)
        let taken = start.duration(to: clock.now).components
        guard outcome.status == 0 else {
            throw RotationError(
                .io, "\(arguments.joined(separator: " ")) ended with \(outcome.status)", at: folder,
                advice: outcome.errors + outcome.text)
        }
        return Double(taken.seconds) + Double(taken.attoseconds) * 1e-18
    }

    private func countManifests() -> Int {
        let names = FileManager.default.enumerator(atPath: "\(folder)/delivery/manifests")
        var found = 0
        while let name = names?.nextObject() as? String { if name.hasSuffix(".jws") { found += 1 } }
        return found
    }

    private static let configuration = """
        version: 1
        inventory: { sqlite: fleet.sqlite }
        policies: policies
        inbox: inbox
        delivery: delivery
        reports: reports
        authorities:
          - name: fleet-ca-1
            certificate: authorities/ca-1.pem
            key: { file: authorities/ca-1.key }
        manifests: { key: { file: authorities/manifest.key }, validity: 30d }
        limits: { revoke: 100%, issue: 10000000, issuePerMinute: 100000000 }

        """

    private static let policies = """
        version: 1
        policies:
          - name: all
            owner: bench@example.com
            description: Everything is due
            priority: 1
            match: {}
            expiry: { renewBefore: 30d, overlap: 7d, confirmWithin: 30d, expired: replace }
            issuance: { profile: client, rekey: required }
            rollout: { batch: 500 }
        profiles:
          - name: client
            authority: fleet-ca-1
            signature: ECDSA-WITH-SHA256
            validity: 90d
            backdate: 5m
            keys: [ecdsa-p256]
            subject: "CN={device},O=Example Devices"
            subjectAlternativeNames: ["URI:urn:device:{account}:{device}"]
            keyUsage: [digitalSignature]
            extendedKeyUsage: [clientAuth]

        """
}
