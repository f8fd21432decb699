import Basics
import RotationModel

extension Certificate {
    /// The certificate of a device as registries and fleets hand it on: PEM with any text around it, bare base64, or DER; read as
    /// ``init(inField:)`` reads. Of a chain, the one that is no authority's.
    ///
    /// - Throws: ``RotationError/Code/badInput``, also where it cannot be told which of several is meant.
    package init(inFieldReading bytes: [UInt8]) throws(RotationError) {
        let all = try Certificate.inField(bytes)
        if all.count == 1 {
            self = all[0]
            return
        }
        let leaves = all.filter { !$0.isAuthority }
        guard leaves.count == 1 else {
            throw RotationError(
                .badInput,
                "there are \(all.count) certificates where one is expected, and \(leaves.count) of them are no authority's",
                advice: "give the device's own certificate; those of its chain may follow it")
        }
        self = leaves[0]
    }

    private static func inField(_ bytes: [UInt8]) throws(RotationError) -> [Certificate] {
        if PEM.looksLikeDER(bytes) { return [try Certificate(inField: bytes)] }
        let blocks = try PEM.blocks(in: bytes, labelled: PEM.certificateLabels)
        if blocks.isEmpty, let der = Base64.decode(bytes[...]), PEM.looksLikeDER(der) {
            return [try Certificate(inField: der)]
        }
        var found: [Certificate] = []
        for block in blocks where PEM.certificateLabels.contains(block.label) {
            found.append(try Certificate(inField: block.der))
        }
        guard found.isEmpty else { return found }
        // It fails, and says what there is instead.
        return try Certificate.all(reading: bytes)
    }
}
