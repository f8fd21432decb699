/// Words that people write from habit for keys that are called something else here, too far from them for a misspelling.
enum Synonyms {
    static func known(for key: String, among known: [String]) -> String? {
        let words = keys[key.lowercased().filter { $0 != "-" && $0 != "_" }] ?? []
        return words.first { known.contains($0) }
    }

    private static let keys: [String: [String]] = [
        "policy": ["policies"], "profile": ["profiles"], "revocation": ["revocations"], "test": ["tests"],
        "window": ["windows"], "freeze": ["freezes"], "wave": ["waves"], "tz": ["zone"], "timezone": ["zone"],
        "location": ["zone"], "prio": ["priority"], "weight": ["priority"],
        "fail": ["failed"], "failures": ["failed"], "threshold": ["failed"], "min": ["atLeast"], "minimum": ["atLeast"],
        "start": ["from"], "begin": ["from"], "end": ["until", "to"], "to": ["until"], "till": ["until", "to"],
        "until": ["to"], "day": ["days"], "reason": ["why"], "comment": ["why", "description"], "ca": ["authority"],
        "issuer": ["authority"], "sans": ["subjectAlternativeNames"], "san": ["subjectAlternativeNames"],
        "lifetime": ["validity"], "ttl": ["validity"], "eku": ["extendedKeyUsage"], "ku": ["keyUsage"],
        "algorithm": ["signature"], "id": ["name"], "title": ["name"], "selector": ["match"], "tags": ["labels"],
        "tag": ["labels"], "jitter": ["spread"], "grace": ["overlap"], "batchsize": ["batch"],
    ]
}
