import Delivery
import Foundation
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@Suite("The published tree")
struct DeliveryTreeTests {
    private let folder: TemporaryFolder
    private let tree: DeliveryTree

    init() throws {
        folder = try TemporaryFolder()
        tree = DeliveryTree(root: folder.path + "/delivery")
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test("A staged manifest has no name that anyone reads, and a published one is whole and readable by everyone")
    func publishes() throws {
        let device = DeviceID("a/b")
        let path = folder.path + "/delivery/" + DeliveryTree.manifestPath(of: device)
        let staged = try tree.stage(Array("one".utf8), for: device)
        #expect(!FileManager.default.fileExists(atPath: path))
        try tree.synchronize()
        try tree.rename([staged])
        #expect(FileManager.default.contents(atPath: path) == Data("one".utf8))
        #expect(try mode(path) == 0o644)
        #expect(try mode(folder.path + "/delivery/manifests/c1") == 0o755)
        try tree.rename([try tree.stage(Array("two".utf8), for: device)])
        #expect(FileManager.default.contents(atPath: path) == Data("two".utf8))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/delivery/manifests/c1/4c")
        #expect(names == ["a%2Fb.jws"])
    }

    @Test("What a run that died had staged is written over")
    func stagesAgain() throws {
        let device = DeviceID("d")
        _ = try tree.stage(Array(repeating: 120, count: 5000), for: device)
        try tree.rename([try tree.stage(Array("short".utf8), for: device)])
        let path = folder.path + "/delivery/" + DeliveryTree.manifestPath(of: device)
        #expect(FileManager.default.contents(atPath: path) == Data("short".utf8))
    }

    @Test(
        "A link in the tree is not followed",
        arguments: ["manifests", "manifests/c1", "manifests/c1/4c", "crl", "authorities"])
    func links(name: String) throws {
        let device = DeviceID("a/b")
        try FileManager.default.createDirectory(
            atPath: folder["delivery/manifests/c1/4c"], withIntermediateDirectories: true)
        let other = try TemporaryFolder()
        try? FileManager.default.removeItem(atPath: folder["delivery/\(name)"])
        try FileManager.default.createSymbolicLink(atPath: folder["delivery/\(name)"], withDestinationPath: other.path)
        let write: () throws -> Void =
            switch name {
            case "crl": { try tree.publishRevocationList("a.crl", [0x30]) }
            case "authorities": { try tree.publishChain(of: "a", []) }
            default: { try tree.rename([try tree.stage(Array("one".utf8), for: device)]) }
            }
        let error = try #require(throws: RotationError.self) { try write() }
        #expect(error.code == .permission && error.place.hasSuffix(name))
        #expect(try FileManager.default.contentsOfDirectory(atPath: other.path) == [])
    }

    @Test(
        "A link in a file's place is replaced, and what it names stays",
        arguments: ["keys.json", "manifests/c1/4c/a%2Fb.jws"])
    func fileLinks(name: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder["delivery/manifests/c1/4c"], withIntermediateDirectories: true)
        try folder.write("secret", "key")
        for place in [name, name.replacingOccurrences(of: "a%2F", with: ".a%2F") + ".new"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder["delivery/\(place)"], withDestinationPath: folder["secret"])
        }
        try tree.publishKeys([(try JSONWebKey(PrivateKey.generate(.ecdsaP256).publicKey), .es256)])
        try tree.rename([try tree.stage(Array("one".utf8), for: DeviceID("a/b"))])
        #expect(try folder.read("secret") == Array("key".utf8))
        #expect(try folder.read("delivery/\(name)") != Array("key".utf8))
    }

    @Test("keys.json is a JWK set with the thumbprint as key id")
    func keys() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let web = try JSONWebKey(key.publicKey)
        try tree.publishKeys([(web, .es256)])
        let data = try #require(FileManager.default.contents(atPath: folder.path + "/delivery/keys.json"))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [[String: String]]])
        let first = try #require(json["keys"]?.first)
        #expect(first["kid"] == web.thumbprint)
        #expect(first["kty"] == "EC" && first["crv"] == "P-256" && first["alg"] == "ES256" && first["d"] == nil)
    }

    @Test("A manifest's payload is what the interface says, and the same bytes every time")
    func payload() throws {
        let digest = try #require(SHA256Digest(hex: String(repeating: "ab", count: 32)))
        var manifest = Manifest(
            device: DeviceID("日本"), account: try AccountID("1"), sequence: 3, issued: Timestamp(seconds: 0),
            expires: Timestamp(seconds: 86_400), run: RunID("r"), action: .none, reason: Reason(.expiring, "soon"),
            replaces: (Fingerprint(digest), Timestamp(seconds: 60)))
        manifest.action = .rekey(Manifest.KeyRequest(keys: ["ecdsa-p256"], subject: "CN=d", refused: "malformed"))
        #expect(
            String(decoding: manifest.payload, as: UTF8.self)
                == #"{"version":1,"device":"日本","account":"1","sequence":3,"issued":"1970-01-01T00:00:00Z","#
                + #""expires":"1970-01-02T00:00:00Z","run":"r","action":"rekey","reason":{"code":"expiring","text":"soon"},"#
                + #""request":{"keys":["ecdsa-p256"],"subject":"CN=d","refused":"malformed"},"replaces":{"fingerprint":"\#(digest.hex)","notAfter":"1970-01-01T00:01:00Z"}}"#
        )
        manifest.action = .install(Manifest.Replacement(certificate: [1, 2, 3], chain: ["above"]))
        let text = String(decoding: manifest.payload, as: UTF8.self)
        #expect(
            text.contains(
                #""certificate":"-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n","chain":["above"]"#))
    }
}

@Suite("Files")
struct FileTests {
    @Test("A report goes into place whole, and a failing writer leaves the old one")
    func streams() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/report.json"
        try Files.replace(path, mode: 0o640) { write in
            try write(Array("one ".utf8))
            try write(Array("two".utf8))
        }
        #expect(FileManager.default.contents(atPath: path) == Data("one two".utf8))
        #expect(throws: CancellationError.self) {
            try Files.replace(path, mode: 0o640) { write in
                try write(Array("half".utf8))
                throw CancellationError()
            }
        }
        #expect(FileManager.default.contents(atPath: path) == Data("one two".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["report.json"])
    }

    @Test("A report can go to a device file, which stays one")
    func devices() throws {
        try Files.replace("/dev/null", mode: 0o640) { try $0(Array("gone".utf8)) }
        #expect(!Files.isFolder("/dev/null"))
        let attributes = try FileManager.default.attributesOfItem(atPath: "/dev/null")
        #expect(attributes[.type] as? FileAttributeType == .typeCharacterSpecial)
    }

    @Test("Making a file refuses to touch one that is there")
    func creates() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a"
        #expect(try Files.create(path, with: [1], mode: Files.secret))
        #expect(try !Files.create(path, with: [2], mode: Files.secret))
        #expect(FileManager.default.contents(atPath: path) == Data([1]))
    }

    @Test("A folder that cannot be made is an error that says where")
    func failures() throws {
        let folder = try TemporaryFolder()
        _ = try Files.create(folder.path + "/file", with: [], mode: Files.published)
        #expect { try Files.makeFolder(folder.path + "/file/below", mode: 0o755) } throws: { error in
            "\(error)".contains(folder.path + "/file/below: cannot make the folder")
        }
    }
}
