import Foundation

/// Where the package and what belongs to these tests lie.
enum Package {
    static let tests = ((#filePath as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
    static let root = ((tests as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
    /// Keys and authorities of every kind, for all test targets.
    static let testKeys = root + "/Tests/TestKeys"
    static let fixtures = tests + "/Fixtures"
    static let judges = tests + "/Judges"
    static let tools = tests + "/Tools"
}

/// A folder of its own for one test, removed with the last reference to it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/rotation-job-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { remove() }

    /// Removes it before the last reference goes.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    static func / (folder: TemporaryDirectory, name: String) -> String { folder.path + "/" + name }
}

/// A folder's whole content, to compare before and after.
struct Tree: Equatable, Sendable {
    /// Path below the folder → what stands there: contents of files, targets of links, nothing for folders.
    private(set) var entries: [String: String] = [:]

    init(_ folder: String) {
        let files = FileManager.default
        for name in files.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
            let path = folder + "/" + name
            let attributes = try? files.attributesOfItem(atPath: path)
            let mode = (attributes?[.posixPermissions] as? Int) ?? 0
            switch attributes?[.type] as? FileAttributeType {
            case .typeSymbolicLink?:
                entries[name] = "link to \((try? files.destinationOfSymbolicLink(atPath: path)) ?? "?")"
            case .typeDirectory?: entries[name] = "folder \(mode)"
            default: entries[name] = "file \(mode) \((files.contents(atPath: path) ?? Data()).base64EncodedString())"
            }
        }
    }

    /// The paths that are not the same in both, sorted.
    func differences(from other: Tree) -> [String] {
        Set(entries.keys).union(other.entries.keys).filter { entries[$0] != other.entries[$0] }.sorted()
    }

    var files: [String] { entries.filter { $0.value.hasPrefix("file") }.keys.sorted() }
}
