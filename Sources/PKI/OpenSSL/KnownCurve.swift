import COpenSSL
import RotationModel
import Synchronization

/// A curve that OpenSSL knows by name.
///
/// `@unchecked Sendable`: the group is set up in `init` and freed in `deinit`, and only read in between, which OpenSSL lets several threads do.
final class KnownCurve: @unchecked Sendable {
    /// The content of its object identifier.
    let identifier: [UInt8]
    private let group: OpaquePointer

    /// Nil where OpenSSL has no such curve, or no object identifier for it.
    init?(nid: Int32) {
        guard let object = OBJ_nid2obj(nid), let bytes = OBJ_get0_data(object), OBJ_length(object) > 0,
            let group = EC_GROUP_new_by_curve_name(nid)
        else {
            OpenSSLErrors.clear()
            return nil
        }
        identifier = Array(UnsafeBufferPointer(start: bytes, count: OBJ_length(object)))
        self.group = group
    }

    deinit { EC_GROUP_free(group) }

    private static let curves = Mutex<[[UInt8]: KnownCurve?]>([:])

    /// - Parameter identifier: The content of the curve's object identifier.
    static func named(_ identifier: [UInt8]) -> KnownCurve? {
        curves.withLock { curves in
            if let known = curves[identifier] { return known }
            let curve = KnownCurve(nid: OBJ_txt2nid(ObjectIdentifier.dotted(identifier[...])))
            // What strangers write does not fill the memory.
            if curves.count < 256 { curves[identifier] = .some(curve) }
            return curve
        }
    }

    /// Whether SEC 1's octet string, in whatever form, is a point of the curve other than infinity.
    func contains(_ point: ArraySlice<UInt8>) -> Bool {
        guard point.count > 1, let read = EC_POINT_new(group) else { return false }
        defer { EC_POINT_free(read) }
        let isPoint = point.withUnsafeBufferPointer {
            EC_POINT_oct2point(group, read, $0.baseAddress, $0.count, nil)
        }
        if isPoint != 1 { OpenSSLErrors.clear() }
        return isPoint == 1
    }

    // MARK: Points

    /// The x coordinates of the generator's multiples by 1, 2 and so on, big-endian, as long as the field.
    func multiplesOfGenerator(count: Int) -> [[UInt8]] {
        guard let generator = EC_GROUP_get0_generator(group), let point = EC_POINT_dup(generator, group) else {
            return []
        }
        let (x, context) = (BN_new(), BN_CTX_new())
        defer {
            EC_POINT_free(point)
            BN_free(x)
            BN_CTX_free(context)
        }
        let size = (Int(EC_GROUP_get_degree(group)) + 7) / 8
        var multiples: [[UInt8]] = []
        for _ in 0..<count {
            guard EC_POINT_get_affine_coordinates(group, point, x, nil, context) == 1 else { break }
            multiples.append(
                [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                    count = max(0, Int(BN_bn2binpad(x, buffer.baseAddress, Int32(size))))
                })
            guard EC_POINT_add(group, point, point, generator, context) == 1 else { break }
        }
        OpenSSLErrors.clear()
        return multiples
    }

    // MARK: Numbers

    struct Numbers {
        /// p, a, b and the order, in this order, big-endian, no leading zeros.
        var key: [[UInt8]]
        /// In the compressed, the uncompressed and the hybrid form.
        var generators: [[UInt8]]
        var cofactor: [UInt8]
    }

    /// Nil where the field is none of a prime.
    var primeFieldNumbers: Numbers? {
        guard EC_GROUP_get_field_type(group) == NID_X9_62_prime_field else { return nil }
        let (p, a, b) = (BN_new(), BN_new(), BN_new())
        defer { for number in [p, a, b] { BN_free(number) } }
        guard EC_GROUP_get_curve(group, p, a, b, nil) == 1, let order = EC_GROUP_get0_order(group),
            let cofactor = EC_GROUP_get0_cofactor(group)
        else { return nil }
        let forms = [POINT_CONVERSION_COMPRESSED, POINT_CONVERSION_UNCOMPRESSED, POINT_CONVERSION_HYBRID]
        return Numbers(
            key: [p, a, b, order].map(KnownCurve.bytes), generators: forms.map(generator),
            cofactor: KnownCurve.bytes(cofactor))
    }

    private func generator(_ form: point_conversion_form_t) -> [UInt8] {
        let point = EC_GROUP_get0_generator(group)
        let size = EC_POINT_point2oct(group, point, form, nil, 0, nil)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = EC_POINT_point2oct(group, point, form, buffer.baseAddress, size, nil)
        }
    }

    private static func bytes(_ number: OpaquePointer?) -> [UInt8] {
        let size = (Int(BN_num_bits(number)) + 7) / 8
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = Int(BN_bn2bin(number, buffer.baseAddress))
        }
    }
}
