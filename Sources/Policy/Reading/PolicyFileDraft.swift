import LocatedYAML

/// One policy file, read; what it refers to elsewhere is not looked up yet.
struct PolicyFileDraft {
    let log: DiagnosticLog
    private(set) var policies: [PolicyDraft] = []
    private(set) var profiles: [ProfileDraft] = []
    private(set) var revocations: [RevocationDraft] = []
    private(set) var tests: [PolicyTestDraft] = []

    init(reading file: SourceFile) {
        let document = YAMLDocument.parse(file, example: "version: 1")
        log = document.log
        guard let root = document.root else { return }
        var (policies, profiles, revocations): ([PolicyDraft], [ProfileDraft], [RevocationDraft]) = ([], [], [])
        var tests: [PolicyTestDraft] = []
        _ = root.mapping("the file") { top in
            FormatVersion.check(top)
            let policyList = top.optional("policies")
            let profileList = top.optional("profiles")
            let revocationList = top.optional("revocations")
            policies = (policyList?.list("policies") ?? []).compactMap(PolicyDraft.init(reading:))
            profiles = (profileList?.list("profiles") ?? []).compactMap(ProfileDraft.init(reading:))
            revocations = (revocationList?.list("revocations") ?? []).compactMap(RevocationDraft.init(reading:))
            let testList = top.optional("tests")
            tests = (testList?.list("tests") ?? []).compactMap(PolicyTestDraft.init(reading:))
            if policyList == nil, profileList == nil, revocationList == nil, testList == nil {
                root.report(
                    "the file has none of `policies`, `profiles`, `revocations` and `tests`",
                    help: "add one of them, or remove the file", rule: .missingKey)
            }
        }
        self.policies = policies
        self.profiles = profiles
        self.revocations = revocations
        self.tests = tests
    }
}

/// The `version` that each file starts with.
enum FormatVersion {
    static func check(_ top: MappingReader) {
        guard let version = top.required("version", like: "1"), let text = version.text("1") else { return }
        if text != "1" {
            version.report("version \(text) of the format is not known", help: "this program reads version 1")
        }
    }
}

/// Names of policies, profiles and revocations.
enum EntityName {
    /// Reads a name of 1 to 64 of `A-Za-z0-9._-`.
    static func read(_ reader: MappingReader, like example: String) -> (name: String, value: LocatedValue)? {
        guard let value = reader.required("name", like: example), let name = value.word("a name") else { return nil }
        let marks = Set("._-".utf8)
        let isLegal = name.utf8.allSatisfy { HostName.isLetter($0) || HostName.isDigit($0) || marks.contains($0) }
        guard (1...64).contains(name.utf8.count), isLegal else {
            value.report("`\(name)` cannot be a name", help: "1 to 64 of the characters A-Z a-z 0-9 . _ -")
            return nil
        }
        return (name, value)
    }
}
