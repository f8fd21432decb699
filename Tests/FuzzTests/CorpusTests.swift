import Foundation
import FuzzTargets
import Testing

@Suite("The kept inputs of the fuzzers, and changes of them")
struct CorpusTests {
    private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Corpus")

    private static func inputs(of target: FuzzTarget) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(
            at: corpus.appendingPathComponent(target.rawValue), includingPropertiesForKeys: nil
        )
        .sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }

    @Test(
        "Each parser holds what it promises on every kept input, and takes some of them", arguments: FuzzTarget.allCases
    )
    func kept(target: FuzzTarget) throws {
        let inputs = try CorpusTests.inputs(of: target)
        let reader = try target.makeReader()
        let outcomes = try inputs.map { try reader.read($0) }
        #expect(outcomes.contains(.accepted))
        #expect(outcomes.contains(.refused))
    }

    @Test("Nor does it fall over what a thousand changes of them make", arguments: FuzzTarget.allCases)
    func changed(target: FuzzTarget) throws {
        let inputs = try CorpusTests.inputs(of: target)
        let reader = try target.makeReader()
        var mutation = Mutation(seed: 17)
        for _ in 0..<1000 {
            let bytes = mutation.next(of: inputs)
            #expect(throws: Never.self, "\(Data(bytes).base64EncodedString())") { try reader.read(bytes) }
        }
    }
}
