import LocatedYAML

// What can be wrong with policies that are well written.
extension Diagnostic.Rule {
    static let unknownName = Diagnostic.Rule("unknown-name", "A name refers to nothing")
    static let duplicateName = Diagnostic.Rule("duplicate-name", "Two of a kind have the same name")
    static let duplicateValue = Diagnostic.Rule("duplicate-value", "A value stands twice in a list")
    static let unsignable = Diagnostic.Rule("unsignable", "The authority's key cannot make the profile's signature")
    static let withdrawn = Diagnostic.Rule(
        "withdrawn-algorithm", "A signature algorithm that its standard has withdrawn")
    static let keyUsage = Diagnostic.Rule(
        "key-usage", "A key usage does not fit a device, its keys, or the other usages")
    static let dueAtIssue = Diagnostic.Rule("due-at-issue", "Certificates would be due as soon as they are issued")
    static let longOverlap = Diagnostic.Rule("long-overlap", "An overlap is longer than the old certificate lasts")
    static let longFreeze = Diagnostic.Rule("long-freeze", "A freeze is longer than certificates last")
    static let rareWindow = Diagnostic.Rule(
        "too-rare-window", "Windows stay closed for longer than due certificates last")
    static let neverOpen = Diagnostic.Rule("never-open", "A window never opens, or a freeze ends before it starts")
    static let catchAll = Diagnostic.Rule("several-catch-alls", "Several policies match every device")
    static let everyCertificate = Diagnostic.Rule("every-certificate", "A revocation names every certificate or device")
    static let noDeadline = Diagnostic.Rule(
        "no-deadline", "A stolen key stays good for as long as its device is silent")
    static let ambiguousSerial = Diagnostic.Rule("ambiguous-serial", "A serial number without the issuer that gave it")
    static let withoutEffect = Diagnostic.Rule("without-effect", "What is written changes nothing")
    static let impossibleTest = Diagnostic.Rule("impossible-test", "A test that can never pass")

    package static let ofPolicies: [Diagnostic.Rule] = [
        unknownName, duplicateName, duplicateValue, unsignable, withdrawn, keyUsage, dueAtIssue, longOverlap,
        longFreeze,
        rareWindow,
        neverOpen, catchAll, everyCertificate, noDeadline, ambiguousSerial, withoutEffect, impossibleTest,
    ]
}
