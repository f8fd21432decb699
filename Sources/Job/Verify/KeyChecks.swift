import Delivery
import Fleet
import Issuing
import PKI
import RotationModel

/// Keys that lie in files: whether they may be read, by nobody else, and belong to their authority's certificate. Tokens are left alone.
struct KeyFileCheck: VerificationCheck {
    let subject = "the keys' files"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        for name in scene.authorities.names {
            guard let entry = scene.authorities[name], let key = entry.configuration.key else { continue }
            guard let found = try load(key, report) else { continue }
            if found.publicKey.identity != entry.certificate.publicKey.identity {
                try report(
                    Mismatch(
                        "key-other", at: "authority \(name)", "its key is not the one of its certificate",
                        remedy: "name the key that belongs to \(entry.configuration.certificate) in rotation.yaml"))
            }
        }
        if let key = scene.workspace.configuration.manifests?.key { _ = try load(key, report) }
    }

    private func load(_ key: KeyConfiguration, _ report: (Mismatch) throws -> Void) throws -> PrivateKey? {
        guard case .file(let path) = key.source else { return nil }
        do {
            return try KeyLoading(key: key, observer: SilentObserver()).load()
        } catch let error {
            try report(
                Mismatch(
                    error.code == .permission ? "key-permission" : "key-unavailable",
                    at: error.place.isEmpty ? path : error.place, error.message,
                    remedy: error.advice.isEmpty ? "let the user that runs the job read the key" : error.advice))
            return nil
        }
    }
}

/// `keys.json`: the key that manifests verify with, and no other.
struct KeySetCheck: VerificationCheck {
    let subject = "keys.json"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        guard let key = scene.manifestKey, let algorithm = JWSAlgorithm(for: key) else { return }
        let wanted = DeliveryTree.keySet([(try JSONWebKey(key), algorithm)])
        let place = "\(scene.workspace.configuration.delivery)/keys.json"
        switch scene.workspace.delivery.publishedKeys() {
        case wanted?: return
        case nil:
            // Before the first run there is nothing to verify.
            guard try scene.inventory.storedCounts().manifests > 0 else { return }
            try report(
                Mismatch(
                    "keys-missing", at: place, "it is missing, or cannot be read: no device can verify a manifest",
                    remedy: Mismatch.repairing, repair: .foundations))
        default:
            try report(
                Mismatch(
                    "keys-differ", at: place, "it does not hold the key that manifests are signed with, and that alone",
                    remedy: Mismatch.repairing, repair: .foundations))
        }
    }
}

/// `authorities/NAME.pem`: each authority's certificate and those above it.
struct ChainCheck: VerificationCheck {
    let subject = "the authorities' chains"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        let tree = try DeliveryInspection(scene.workspace.delivery)
        guard try scene.inventory.storedCounts().manifests > 0 || tree.exists("authorities") else { return }
        for name in scene.authorities.names {
            guard let entry = scene.authorities[name] else { continue }
            let wanted = Array(([entry.certificate] + entry.chain).map(\.pem).joined().utf8)
            let place = "\(tree.root)/authorities/\(name).pem"
            switch tree.file(["authorities"], "\(name).pem", limit: 1 << 20) {
            case .file(let bytes, _) where bytes == wanted: continue
            case .missing:
                try report(
                    Mismatch(
                        "chain-missing", at: place, "the authority's chain is missing", remedy: Mismatch.repairing,
                        repair: .foundations))
            case .file, .unreadable:
                try report(
                    Mismatch(
                        "chain-differs", at: place, "it is not the authority's certificate and those above it",
                        remedy: Mismatch.repairing, repair: .foundations))
            }
        }
    }
}
