import COpenSSL
import RotationModel
import SwiftASN1

/// Recognizes curves whose parameters are spelled out (SEC 1, C.2: SpecifiedECDomain) as those that OpenSSL knows by name.
///
/// All numbers must be the named curve's, the generator too: with another one anybody can make up a private key for a given public key
/// (CVE-2020-0601). The cofactor may be left out, as the format allows; the seed says nothing of the curve.
enum ExplicitCurve {
    /// - Returns: The content of the curve's object identifier; nil where it is none of them, or has a field of characteristic two.
    static func find(_ parameters: ASN1Node) -> [UInt8]? {
        guard let numbers = try? read(parameters), let known = table[numbers.key],
            known.generators.contains(numbers.generator), numbers.cofactor.map({ $0 == known.cofactor }) ?? true
        else { return nil }
        return known.identifier
    }

    /// The longest field is P-521's; nothing is longer.
    private static let longest = 256

    private struct Numbers {
        /// p, a, b and the order, in this order, big-endian, no leading zeros.
        var key: [[UInt8]]
        var generator: [UInt8]
        var cofactor: [UInt8]?
    }

    private static func read(_ parameters: ASN1Node) throws(RotationError) -> Numbers? {
        var parts = try parameters.children("curve")
        _ = try parts.next("version").small("version")
        var field = try parts.next("field").children("field")
        guard try field.next("field's type").objectIdentifier("field's type") == .primeField else { return nil }
        let p = try field.next("p").positive("p")
        var curve = try parts.next("curve").children("curve")
        let a = try curve.next("a").bytes("a", tag: .octetString)
        let b = try curve.next("b").bytes("b", tag: .octetString)
        let generator = try parts.next("generator").bytes("generator", tag: .octetString)
        let order = try parts.next("order").positive("order")
        let cofactor = try parts.next(ifTagged: .integer)?.positive("cofactor")
        guard [p, a, b, order, generator].allSatisfy({ $0.count <= longest }) else { return nil }
        return Numbers(
            key: [p, a, b, order].map { Array($0.drop { $0 == 0 }) }, generator: Array(generator),
            cofactor: cofactor.map { Array($0) })
    }

    private struct Known: Sendable {
        var identifier: [UInt8]
        /// In its three forms.
        var generators: [[UInt8]]
        var cofactor: [UInt8]
    }

    /// By what ``Numbers/key`` holds. Of several names for one curve the first in OpenSSL's list.
    private static let table: [[[UInt8]]: Known] = {
        var table: [[[UInt8]]: Known] = [:]
        var curves = [EC_builtin_curve](repeating: EC_builtin_curve(), count: EC_get_builtin_curves(nil, 0))
        EC_get_builtin_curves(&curves, curves.count)
        for curve in curves {
            guard let known = KnownCurve(nid: curve.nid), let numbers = known.primeFieldNumbers else { continue }
            if table[numbers.key] == nil {
                table[numbers.key] = Known(
                    identifier: known.identifier, generators: numbers.generators, cofactor: numbers.cofactor)
            }
        }
        return table
    }()
}
