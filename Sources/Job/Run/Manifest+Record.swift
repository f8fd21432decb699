import Delivery
import Fleet
import Issuing
import PKI

extension Manifest {
    /// What a record says, as its device reads it.
    ///
    /// - Parameter chains: what a device needs above its certificate, as PEM, by the name of the authority.
    init(_ record: ManifestRecord, chains: [String: [String]]) {
        self.init(
            device: record.device, account: record.account, sequence: record.sequence, issued: record.issued,
            expires: record.expires, run: record.run, action: Action(record, chains: chains), reason: record.reason,
            replaces: record.replaces.map { ($0.fingerprint, $0.notAfter) })
    }
}

extension Manifest.Action {
    fileprivate init(_ record: ManifestRecord, chains: [String: [String]]) {
        self =
            switch record.action {
            case .install:
                .install(
                    Manifest.Replacement(
                        certificate: record.certificateDER ?? [],
                        chain: record.authority.flatMap { chains[$0] } ?? [], refused: record.refused))
            case .rekey:
                .rekey(
                    Manifest.KeyRequest(
                        keys: record.requestKeys, subject: record.requestSubject ?? "", refused: record.refused))
            case .none: .none
            }
    }
}

extension AuthorityDirectory {
    /// What a device needs above its certificate, as PEM, by the name of the authority.
    var chains: [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                self[name].map { (name, ([$0.certificate] + $0.chain).map(\.pem)) }
            })
    }
}
