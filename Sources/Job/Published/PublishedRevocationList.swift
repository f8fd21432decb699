import Delivery
import Fleet
import PKI
import RotationModel

/// Whether the list that verifiers fetch is the one that was published last. Lists are few, so that each run and each status looks at them all.
///
/// No digest is recorded, because the authority's signature is one: a list that was cut or changed does not verify, and an older one has a
/// lower number. So the entries, of which there may be very many, are not read.
struct PublishedRevocationList {
    let tree: DeliveryTree
    /// The authority's.
    let key: PublicKeyInfo

    /// When something was revoked, as a list says it: a date that has not come yet was written under a wrong clock, and could read as not
    /// revoked yet.
    static func date(of revokedAt: Timestamp, onListOf thisUpdate: Timestamp) -> Timestamp {
        min(revokedAt, thisUpdate)
    }

    /// What is wrong with the file, in the middle of a sentence; nil where it is what was published.
    func fault(of state: CRLState) -> String? {
        let list: RevocationListHead
        do throws(RotationError) {
            guard let bytes = try tree.revocationList(state.name) else { return "it is missing" }
            list = try RevocationListHead(reading: bytes)
        } catch {
            return "it cannot be read (\(error.message))"
        }
        guard isSigned(list) else { return "the authority's key did not sign it" }
        guard list.number == state.number, list.thisUpdate == state.thisUpdate, list.nextUpdate == state.nextUpdate
        else {
            return
                "it is number \(list.number.map(String.init) ?? "none") of \(list.thisUpdate), and number \(state.number) of \(state.thisUpdate) was published"
        }
        return nil
    }

    /// The number of the list that verifiers can have seen there; nil where none of the authority's can be read.
    func seenNumber(of name: String) -> UInt64? {
        guard let bytes = try? tree.revocationList(name), let list = try? RevocationListHead(reading: bytes),
            isSigned(list)
        else { return nil }
        return list.number
    }

    private func isSigned(_ list: RevocationListHead) -> Bool { (try? list.isSigned(by: key)) == true }
}
