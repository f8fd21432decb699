import Dispatch
import Fleet
import Issuing
import PKI
import RotationModel
import Synchronization
import System

/// Reads the certificates of an import, on all cores, and verifies each that bears an authority's name.
struct FieldCertificates: Sendable {
    let authorities: AuthorityDirectory
    let keys: PrivateKeysInImport

    /// Below this a thread costs more than it brings.
    private static let leastShare = 8

    func read(_ texts: [[UInt8]]) -> [Result<CertificateColumns, RotationError>] {
        let workers = max(1, min(Parallel.workers, texts.count / FieldCertificates.leastShare))
        guard workers > 1 else { return read(texts[...]) }
        let shares = texts.chunked(by: (texts.count + workers - 1) / workers)
        let parts = Mutex([[Result<CertificateColumns, RotationError>]](repeating: [], count: shares.count))
        // An import is one call from its first row to its last, within a transaction: nothing in it could wait for tasks.
        DispatchQueue.concurrentPerform(iterations: shares.count) { place in
            let part = read(shares[place])
            parts.withLock { $0[place] = part }
        }
        return parts.withLock { $0.flatMap { $0 } }
    }

    private func read(_ texts: ArraySlice<[UInt8]>) -> [Result<CertificateColumns, RotationError>] {
        let verifier = authorities.verifier
        return texts.map { text in
            do throws(RotationError) {
                let certificate = try Certificate(inFieldReading: text)
                keys.look(at: text, beside: certificate.fingerprint)
                return .success(CertificateColumns(certificate, signedBy: verifier.signer(of: certificate)))
            } catch {
                return .failure(error)
            }
        }
    }
}
