/// What the third version adds: policies that stopped by themselves, who let them go on, and replacements that could not be made.
enum Version3 {
    static let rollouts = """
        -- Who let a policy go on, and why.
        CREATE TABLE rollout_resumes (
          id INTEGER PRIMARY KEY,
          policy TEXT NOT NULL,  -- by name
          resumed_at INTEGER NOT NULL,
          actor TEXT NOT NULL,
          note TEXT NOT NULL
        ) STRICT;
        CREATE INDEX rollout_resumes_of_policy ON rollout_resumes (policy, resumed_at);

        -- A policy that a run stopped because too many failed; it stands until it has a resume.
        CREATE TABLE rollout_halts (
          id INTEGER PRIMARY KEY,
          policy TEXT NOT NULL,
          halted_at INTEGER NOT NULL,
          run TEXT NOT NULL REFERENCES runs,
          handed_out INTEGER NOT NULL,
          failed INTEGER NOT NULL,
          stuck INTEGER NOT NULL,
          resume INTEGER REFERENCES rollout_resumes
        ) STRICT;
        CREATE UNIQUE INDEX one_standing_halt_a_policy ON rollout_halts (policy) WHERE resume IS NULL;

        -- Devices whose replacement a run wanted to make and could not.
        CREATE TABLE issuance_failures (
          id INTEGER PRIMARY KEY,
          device INTEGER NOT NULL REFERENCES devices,
          policy TEXT NOT NULL,
          run TEXT NOT NULL REFERENCES runs,
          failed_at INTEGER NOT NULL,
          why TEXT NOT NULL
        ) STRICT;
        CREATE INDEX issuance_failures_of_policy ON issuance_failures (policy, failed_at);
        """
}
