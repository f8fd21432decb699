import Basics
import Delivery
import PKI
import RotationModel

/// Answers with what is published, as it is published now.
struct PublishedRoutes: Sendable {
    /// The folder of the delivery tree.
    let root: String

    /// The largest payload of a manifest: a chain of a few certificates, as text.
    private static let largestManifest = 1 << 20

    /// - Throws: ``RotationError`` where it cannot be read.
    func manifest(_ request: GateRequest, of device: DeviceID) throws -> GateResponse {
        guard let jws = try DeliveryTree(root: root).manifest(of: device) else {
            throw Problem(
                404, "no-manifest",
                "there is no manifest for the device yet: there is nothing for it to do; ask again later")
        }
        let payload = try UnverifiedJWS(reading: jws).payload
        guard
            let sequence = try FlatJSON(parsing: payload, largest: PublishedRoutes.largestManifest).integer("sequence")
        else { throw RotationError(.io, "the manifest of \(device) has no sequence") }
        return EntityTag.answer(request, tag: "\"\(sequence)\"", type: "application/jose", jws)
    }

    func keys(_ request: GateRequest) throws -> GateResponse {
        try document(request, "application/jwk-set+json") { (tree) throws(RotationError) in try tree.keys() }
    }

    func chain(_ request: GateRequest, of authority: String) throws -> GateResponse {
        try document(request, "application/pem-certificate-chain") { (tree) throws(RotationError) in
            try tree.chain(of: authority)
        }
    }

    func revocationList(_ request: GateRequest, _ name: String) throws -> GateResponse {
        try document(request, "application/pkix-crl") { (tree) throws(RotationError) in try tree.revocationList(name) }
    }

    private func document(
        _ request: GateRequest, _ type: String, _ read: (DeliveryTree) throws(RotationError) -> [UInt8]?
    ) throws -> GateResponse {
        guard let bytes = try read(DeliveryTree(root: root)) else {
            throw Problem(
                404, "not-published",
                "nothing of that name is published; names are those that manifests and certificates give")
        }
        return EntityTag.answer(request, tag: EntityTag.of(bytes), type: type, bytes)
    }
}
