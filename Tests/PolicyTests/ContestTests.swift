import LocatedYAML
import Policy
import RotationModel
import Testing

@Suite("Policies of equal priority")
struct ContestTests {
    private func set(_ matches: [String]) throws -> PolicySet {
        let policies = matches.enumerated().map {
            "  - { name: p\($0), match: { \($1) }, issuance: { profile: client } }\n"
        }
        return try #require(load("version: 1\npolicies:\n" + policies.joined() + "profiles:\n" + profile()).set)
    }

    @Test(
        "The pairs that are found are those that a look at each pair finds", arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func asEachPair(seed: UInt64) throws {
        var random = seed &* 0x9E37_79B9_7F4A_7C15
        func pick(_ count: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % count
        }
        let matches = (0..<60).map { _ in
            var conditions: [String] = []
            if pick(3) > 0 { conditions.append("account: [\"\(pick(6))\", \"\(6 + pick(6))\"]") }
            var labels = ["a: \(pick(5))", "b: [\(pick(4)), \(4 + pick(4))]", "c: x"].filter { _ in pick(2) > 0 }
            if labels.isEmpty { labels = ["d: \(pick(9))"] }
            conditions.append("labels: { \(labels.joined(separator: ", ")) }")
            if pick(4) == 0 { conditions.append("notLabels: { a: [\(pick(5)), \(5 + pick(5))] }") }
            if pick(2) == 0 { conditions.append("device: [\"x\(pick(30))*\", \"y\(pick(3))?\(pick(3))*\"]") }
            return conditions.joined(separator: ", ")
        }
        let set = try set(matches)
        let each = set.policies.indices.flatMap { first in
            set.policies.indices.dropFirst(first + 1).filter {
                !set.policies[first].match.isDisjoint(from: set.policies[$0].match)
            }.map { [first, $0] }
        }
        #expect((20..<1000).contains(each.count))
        #expect(set.contested.pairs.map { [$0, $1] } == each)
        #expect(set.contested.unfinished == nil)
    }

    @Test(
        "Thousands of them that exclude each other are told apart in a moment", .timeLimit(.minutes(10)),
        arguments: [
            "device: \"gw-#-*\"", "account: \"#\"", "labels: { product: pump, site: s# }",
            "account: \"1\", labels: { site: [s#, t#] }, device: \"gw-*\"",
        ])
    func apart(match: String) throws {
        // All names are of one length: `gw-1` is how `gw-10` starts.
        let set = try set((10_000..<16_000).map { match.replacing("#", with: String($0)) })
        #expect(set.contested.pairs.isEmpty && set.contested.unfinished == nil)
    }

    @Test("Of too many pairs some are told, and that there are more", .timeLimit(.minutes(10)))
    func tooMany() throws {
        let set = try set((0..<5000).map { "labels: { l\($0): x }" })
        #expect(set.contested.pairs.count >= ContestedPriorities.most)
        #expect(set.contested.pairs.count <= ContestedPriorities.most + 1)
        #expect(set.contested.unfinished == 0)
    }
}
