import ArgumentParser
import Job
import RotationModel

/// The command line: it parses, composes and prints. What is decided is decided in the layers below.
struct RotationJob: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotation-job",
        abstract: "Keeps the X.509 certificates of a device fleet fresh.",
        discussion: """
            A batch job for cron or a systemd timer: it reads the fleet inventory, applies the policies that a security \
            team keeps in YAML, issues replacement certificates, and writes signed manifests that devices pick up.

            Start with `rotation-job init DIR --with-authority`, then `inventory import`, `plan`, and `run`.

            Exit status: 0 done; 1 failed, or `status`, `verify` or `doctor` found something; 2 `plan --detailed-exitcode` with changes; 3 some \
            devices failed, or a guard or a signal stopped the run; 64 wrong usage; 65 bad input; 69 a key cannot be reached; 75 another \
            run holds the lock; 77 permissions too open or too tight; 78 bad configuration.
            """,
        version: ProgramVersion.text,
        subcommands: [
            Init.self, InventoryCommand.self, PolicyCommand.self, PlanCommand.self, RunCommand.self,
            RevokeCommand.self, ResumeCommand.self, ForecastCommand.self, StatusCommand.self, DoctorCommand.self,
            MetricsCommand.self,
            VerifyCommand.self, RecoverCommand.self, BackupCommand.self, AuditCommand.self,
        ])
}
