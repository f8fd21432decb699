import Foundation
import RotationModel
import RotationTesting

/// A workspace in which every device is due and has a CSR waiting, or few are due and none has; and the built program that works in it.
struct RunWorkspace {
    let job: String
    let folder: String
    let count: Int

    static let now = Timestamp(seconds: 1_796_083_200)

    /// The program's path, for who starts it in the folder.
    var program: String { job.contains("/") ? URL(fileURLWithPath: job).path : job }

    /// - Parameter due: The share of devices that are due, none of which has a CSR waiting; nil where all are and have one.
    /// - Throws: ``RotationModel/RotationError/Code/io`` where the folder is there already, or cannot be made.
    func make(due: Double? = nil) throws(RotationError) {
        do {
            if FileManager.default.fileExists(atPath: folder) {
                throw RotationError(
                    .io, "the folder is there already", at: folder, advice: "give one that is not, or remove it")
            }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try time(["init", "."])
            // The policies that `init` brings would match the same devices.
            try FileManager.default.removeItem(atPath: "\(folder)/policies")
            try FileManager.default.createDirectory(atPath: "\(folder)/policies", withIntermediateDirectories: true)
            var options = FleetOptions(devices: count, now: RunWorkspace.now)
            options.isUniform = true
            options.csrShare = due == nil ? 1 : 0
            options.left = due.map { .mostlyFresh(due: $0) } ?? .days(10)
            options.writesKeys = false
            _ = try FleetWriter(options, folder: folder).write()
            try FileManager.default.removeItem(atPath: "\(folder)/inbox/csr")
            try FileManager.default.moveItem(atPath: "\(folder)/csr", toPath: "\(folder)/inbox/csr")
            try write(configuration(key: "file: authorities/ca-1.key"), to: "rotation.yaml")
            try write(RunWorkspace.policies(renewBefore: "30d"), to: "policies/all.yaml")
        } catch let error as RotationError {
            throw error
        } catch {
            throw RotationError(.io, "the workspace cannot be made: \(error)", at: folder)
        }
    }

    /// Says where the authority's key is: the content of its mapping.
    func setKey(_ mapping: String) throws(RotationError) {
        do {
            try write(configuration(key: mapping), to: "rotation.yaml")
        } catch {
            throw RotationError(.io, "the configuration cannot be written: \(error)", at: folder)
        }
    }

    /// Says how long before their ends certificates are due.
    func setPolicies(renewBefore: String) throws(RotationError) {
        do {
            try write(RunWorkspace.policies(renewBefore: renewBefore), to: "policies/all.yaml")
        } catch {
            throw RotationError(.io, "the policies cannot be written: \(error)", at: folder)
        }
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    /// Runs the program. How many seconds it took.
    @discardableResult
    func time(_ arguments: [String], environment: [String: String] = [:]) throws(RotationError) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = try ExternalProgram.run([program] + arguments, in: folder, environment: environment)
        let taken = start.duration(to: clock.now).components
        guard outcome.status == 0 else {
            throw RotationError(
                .io, "\(arguments.joined(separator: " ")) ended with \(outcome.status)", at: folder,
                advice: outcome.errors + outcome.text)
        }
        return Double(taken.seconds) + Double(taken.attoseconds) * 1e-18
    }

    /// - Throws: ``RotationModel/RotationError/Code/io`` where not every device has its manifest.
    func checkManifests() throws(RotationError) {
        let names = FileManager.default.enumerator(atPath: "\(folder)/delivery/manifests")
        var found = 0
        while let name = names?.nextObject() as? String { if name.hasSuffix(".jws") { found += 1 } }
        guard found == count else {
            throw RotationError(
                .io, "the run left \(found) manifests for \(count) devices", at: folder,
                advice: "see its reports there")
        }
    }

    private func configuration(key: String) -> String {
        """
        version: 1
        inventory: { sqlite: fleet.sqlite }
        policies: policies
        inbox: inbox
        delivery: delivery
        reports: reports
        authorities:
          - name: fleet-ca-1
            certificate: authorities/ca-1.pem
            key: { \(key) }
        manifests: { key: { file: authorities/manifest.key }, validity: 30d }
        limits: { revoke: 100%, issue: 10000000, issuePerMinute: 100000000 }

        """
    }

    private static func policies(renewBefore: String) -> String {
        """
        version: 1
        policies:
          - name: all
            owner: bench@example.com
            description: Everything is due
            priority: 1
            match: {}
            expiry: { renewBefore: \(renewBefore), overlap: 7d, confirmWithin: 30d, expired: replace }
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
}
