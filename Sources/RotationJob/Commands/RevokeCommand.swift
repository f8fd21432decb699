import ArgumentParser
import Job
import Planning
import Reports
import RotationModel

extension RevocationReason: ExpressibleByArgument {}

struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke by hand: a device's certificates, one certificate, or a key.",
        discussion: """
            Records the order; the next run carries it out, with --now this call does. Where a run is under way, --now records the \
            order at once, waits for that run and then carries it out; where it has not ended within --wait, the exit status is \
            75 and the next run does it. keyCompromise reaches everything that \
            was issued by renewing the certificate, and everything with its key, and that key is never certified again. A \
            certificate that was revoked stays revoked: there is no way back.

            A clock that is wrong does not keep --now from anything: what it publishes is dated with the later of two times, this \
            call's and the last run's.

            Without --replace-first the device is not given another certificate.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Option(help: "All certificates of this device.", completion: .device)
    var device: String?

    @Option(help: ArgumentHelp("The certificate with this SHA-256 of its DER.", valueName: "sha256"))
    var fingerprint: String?

    // A negative one starts with a dash.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The certificate with this serial number, in hexadecimal, as `openssl x509 -serial` prints it; wants --issuer.",
            valueName: "serial"))
    var serial: String?

    @Option(
        help: ArgumentHelp(
            "Who issued it: an authority's name in rotation.yaml, or a distinguished name, by RFC 4514 or as `openssl x509 -issuer` prints it.",
            valueName: "name"), completion: .authority)
    var issuer: String?

    @Option(
        help: ArgumentHelp(
            "All certificates with this key, the SHA-256 of its SubjectPublicKeyInfo.", valueName: "sha256"))
    var key: String?

    @Option(help: "Why, by RFC 5280's names.")
    var reason: RevocationReason?

    @Flag(help: "Carry it out in this call: status, manifests, CRLs.")
    var now = false

    @Flag(
        name: .customLong("replace-first"),
        help: "Give the device a replacement first, and revoke when it is confirmed.")
    var replaceFirst = false

    @Option(
        help: ArgumentHelp("With --replace-first: revoke after this time (72h) in any case.", valueName: "duration"))
    var deadline: SpanArgument?

    @OptionGroup var waiting: WaitOption

    @Option(help: "A sentence for the audit.")
    var note: String?

    @Option(help: ArgumentHelp("Take back an order that was not carried out yet.", valueName: "order"))
    var withdraw: String?

    func validate() throws {
        let targets = [device, fingerprint, serial, key].compactMap(\.self).count
        if withdraw != nil {
            guard targets == 0, reason == nil, !now, !replaceFirst, deadline == nil else {
                throw ValidationError("--withdraw takes an order's name, and nothing beside it.")
            }
            return
        }
        guard targets == 1 else {
            throw ValidationError(
                "Say what to revoke: one of --device, --fingerprint, --serial with --issuer, or --key.")
        }
        guard (serial == nil) == (issuer == nil) else {
            throw ValidationError("--serial and --issuer belong together: serial numbers are an issuer's own.")
        }
        guard reason != nil else {
            let reasons = RevocationReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("Say why with --reason: \(reasons).")
        }
        if now && replaceFirst { throw ValidationError("--now and --replace-first exclude each other.") }
        if deadline != nil && !replaceFirst { throw ValidationError("--deadline belongs to --replace-first.") }
        if deadline?.span == .zero {
            throw ValidationError("--deadline 0 leaves no time to replace anything; leave --replace-first out.")
        }
    }

    func run() async throws {
        let (workspace, progress) = (try options.workspace(), options.progress())
        let service = RevocationService(
            workspace, at: at.timestamp, actor: RunCommand.user, observer: progress,
            stop: now ? .bySignals(progress) : .never)
        if let withdraw {
            let name = withdraw.allSatisfy(\.isNumber) ? "manual:\(withdraw)" : withdraw
            try service.withdraw(name)
            return Console.afterwards("\(name) is withdrawn") {
                try Console.print("Withdrawn: \(name). What it revoked stays revoked.\n")
            }
        }
        let revocation = try order()
        guard now else {
            let receipt = try service.record(revocation)
            Console.afterwards("the order is recorded as \(receipt.name)") {
                try Console.print(RevocationReceiptText(receipt, style: options.style).text)
            }
            if let obstacle = receipt.obstacle { Console.printError(RotationError(.guarded, obstacle)) }
            return
        }
        try await carryOut(
            revocation, service, AfterRun(workspace: workspace, at: at.timestamp, observer: progress),
            waiting.patience(progress, stop: service.stop))
    }

    private func carryOut(
        _ revocation: ManualRevocation, _ service: RevocationService, _ after: AfterRun, _ patience: LockPatience
    ) async throws {
        let workspace = after.workspace
        let reports = RunReports(workspace)
        let carriedOut = try await after.follow {
            try await service.carryOut(revocation, patience: patience, report: reports.keep)
        } outcome: {
            $0.outcome
        }
        let outcome = carriedOut.outcome
        Console.afterwards("\(carriedOut.name) is carried out; the report is \(workspace.reports.report(outcome.id))") {
            if carriedOut.wasAnothersWork {
                try Console.print("\(carriedOut.name) was carried out by the run that was under way.\n")
            }
            try Console.print(RunText(outcome, style: options.style).text)
        }
        if outcome.ending != .completed || reports.isIncomplete { throw ExitCode(ExitStatus.partial) }
    }

    private func order() throws -> ManualRevocation {
        ManualRevocation(
            target: try target(), reason: reason ?? .unspecified, mode: replaceFirst ? .replaceThenRevoke : .revokeNow,
            deadline: deadline?.span, note: note)
    }

    private func target() throws -> ManualRevocation.Target {
        if let device { return .device(try DeviceID(device)) }
        if let fingerprint { return .fingerprint(Fingerprint(try digest(fingerprint, "--fingerprint"))) }
        if let key { return .key(KeyFingerprint(try digest(key, "--key"))) }
        guard let number = SerialNumber(hex: serial ?? "") else {
            throw RotationError(
                .badInput, "`\(serial ?? "")` is not a serial number", at: "--serial",
                advice: "write it in hexadecimal, with or without colons, as `openssl x509 -serial` does")
        }
        return .serial(number, issuer: issuer ?? "")
    }

    private func digest(_ text: String, _ option: String) throws -> SHA256Digest {
        let digits = String(text.filter { $0 != ":" }).lowercased()
        guard let digest = SHA256Digest(hex: digits) else {
            throw RotationError(
                .badInput, "`\(text)` is not a SHA-256", at: option,
                advice: "write its 64 hexadecimal digits, with or without colons")
        }
        return digest
    }
}
