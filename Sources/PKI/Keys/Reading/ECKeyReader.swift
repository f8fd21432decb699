import RotationModel
import SwiftASN1

/// Reads EC keys in all the forms that SEC 1 (2.3.3, C.2) has for them; RFC 5480 leaves only some of them to certificates.
enum ECKeyReader {
    private static let advice = "RFC 5480 allows named curves only"

    /// - Parameter parameters: The ECParameters: a curve's name, or all its numbers.
    /// - Throws: ``RotationError/Code/badInput`` where there is no curve.
    static func read(_ parameters: ASN1Node?, _ bits: ArraySlice<UInt8>) throws(RotationError) -> KeyReading {
        guard let parameters, !parameters.isNull else { throw KeyReading.malformed("EC key names no curve") }
        if parameters.identifier == .objectIdentifier {
            return read(curve: try parameters.objectIdentifier("EC key's curve"), bits, nil)
        }
        let spelledOut = RotationError(
            .badInput, "the EC key spells its curve out instead of naming it", advice: advice)
        guard let known = ExplicitCurve.find(parameters) else {
            guard let x = ECPointForm(bits)?.x else { throw spelledOut }
            let essence = KeyEssence.ec(curve: Array(parameters.encodedBytes), x: x)
            return KeyReading(
                .other(ObjectIdentifier.dotted(ObjectIdentifier.ecPublicKey.content[...])), .opaque, essence,
                irregularity: spelledOut)
        }
        return read(curve: known[...], bits, spelledOut)
    }

    private static func read(
        curve identifier: ArraySlice<UInt8>, _ bits: ArraySlice<UInt8>, _ irregularity: RotationError?
    ) -> KeyReading {
        let curve = NamedCurve(objectIdentifier: identifier)
        let algorithm = curve?.algorithm ?? .other(ObjectIdentifier.dotted(identifier))
        let name = curve?.name ?? ObjectIdentifier.dotted(identifier)
        guard let form = ECPointForm(bits), curve.map({ $0.coordinateSize == form.x.count }) ?? true else {
            let essence = KeyEssence.bytes(algorithm: identifier, bits)
            // The points of other curves are not looked at where they are only kept.
            let problem = curve == nil ? nil : KeyReading.malformed("EC key is no point of \(name)")
            return KeyReading(algorithm, .opaque, essence, irregularity: irregularity ?? problem)
        }
        let essence = KeyEssence.ec(curve: Array(identifier), x: form.x)
        guard let curve else { return KeyReading(algorithm, .opaque, essence, irregularity: irregularity) }
        let hybrid = RotationError(
            .badInput, "the EC key's point is written in the hybrid form",
            advice: "RFC 5480 (2.2) allows the uncompressed form, and the compressed one")
        return KeyReading(
            algorithm, .ec(curve, point: form.point), essence,
            irregularity: irregularity ?? (form.isHybrid ? hybrid : nil))
    }
}

/// SEC 1's octet string of a point (2.3.3), and X9.62's hybrid form of it.
struct ECPointForm {
    /// Big-endian, as long as the curve's field.
    let x: ArraySlice<UInt8>
    /// Compressed or uncompressed.
    let point: ArraySlice<UInt8>
    let isHybrid: Bool

    /// Nil where it has none of the forms, or is the point at infinity. Whether it lies on a curve is not looked at.
    init?(_ bits: ArraySlice<UInt8>) {
        guard let first = bits.first, bits.count > 1 else { return nil }
        let coordinates = bits.dropFirst()
        switch first {
        case 0x02, 0x03:
            (x, point) = (coordinates, bits)
        case 0x04, 0x06, 0x07:
            guard coordinates.count.isMultiple(of: 2) else { return nil }
            x = coordinates.prefix(coordinates.count / 2)
            point = first == 0x04 ? bits : ([0x04] + coordinates)[...]
        default: return nil
        }
        isHybrid = first > 0x04
    }
}
