import PKI
public import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One folder of the inbox, for files of one kind.
public struct InboxTray: Sendable {
    let inbox: String
    /// Its name under the inbox: `csr`.
    public let folder: String
    /// What its files' names end in: `.csr`.
    let suffix: String
    /// The most bytes of a file that are read.
    let largest: Int

    public var path: String { "\(inbox)/\(folder)" }
    private var rejected: String { "\(inbox)/rejected" }

    /// The names of its files, sorted. Hidden files and those that are still being written (`.part`, `.tmp`) are not there
    /// yet; a name that starts with `..` is nothing that an upload makes, and is looked at.
    public func names() throws(RotationError) -> [String] {
        try Files.names(in: path).filter { name in
            (!name.hasPrefix(".") || name.hasPrefix("..")) && !name.hasSuffix(".part") && !name.hasSuffix(".tmp")
        }
    }

    /// Who a file speaks for, by its name alone.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the name is nobody's.
    public func sender(of name: String) throws(RotationError) -> DeviceFileName.Decoded {
        guard name.hasSuffix(suffix) else {
            throw RotationError(
                .badInput, "the file name does not end in \(suffix)", advice: "hand it in as NAME\(suffix)")
        }
        return try DeviceFileName.decode(String(name.dropLast(suffix.count)))
    }

    /// The bytes of a file: no more than are taken of its kind, from a regular file, through no link.
    public func read(_ name: String) throws(RotationError) -> [UInt8] {
        do {
            return try Files.read("\(path)/\(name)", limit: largest)
        } catch {
            // The device reads the reason: it must know what was wrong, not how this machine's folders are called.
            throw RotationError(error.code, error.message, advice: error.advice)
        }
    }

    /// Takes a file out once its record is committed.
    public func remove(_ name: String) throws(RotationError) {
        try Files.remove("\(path)/\(name)")
    }

    /// Whether there is such a folder.
    public var exists: Bool { Files.isFolder(path) }

    /// Moves a file that cannot be taken to `rejected/`, with its reason beside it.
    ///
    /// A second bad file of a device takes the place of the first, so that a device cannot fill the disk.
    public func reject(_ rejection: Rejection) throws(RotationError) {
        let source = "\(path)/\(rejection.file)"
        let name = try place(rejection, named: InboxTray.bounded(rejection.file), isRegular: Files.isRegular(source))
        do {
            try Files.move(source, to: "\(rejected)/\(name)")
        } catch {
            // Gone meanwhile: the device took it back, or an earlier run that died had moved it.
            if Files.exists(source) { throw error }
        }
    }

    /// The names that are no UTF-8, byte for byte: no device has such a name.
    public func undecodableNames() throws(RotationError) -> [[UInt8]] {
        try Files.undecodableNames(in: path)
    }

    /// Moves such a file aside, under its name's hexadecimal digits.
    public func reject(undecodable name: [UInt8], run: String, at: Timestamp) throws(RotationError) -> Rejection {
        let rejection = Rejection(
            file: "%hex-\(Hex.encode(name))", device: nil, code: "file-name", text: "the file name is no UTF-8", at: at,
            run: run)
        let shown = try place(rejection, named: InboxTray.bounded(rejection.file), isRegular: false)
        try Files.rename(Array(path.utf8) + [UInt8(ascii: "/")] + name, to: "\(rejected)/\(shown)")
        return rejection
    }

    /// Writes the reason, and says under which name the file goes beside it.
    private func place(_ rejection: Rejection, named file: String, isRegular: Bool) throws(RotationError) -> String {
        try Files.makeFolder(rejected, mode: 0o750)
        let name = freeName(for: file, isRegular: isRegular)
        try keepReason(beside: name)
        try Files.replace(reasonPath(of: name), with: rejection.json, mode: Files.groupReadable)
        return name
    }

    /// A device's CSR and its confirmation share `NAME.reason.json`, which speaks of the later one. Where the earlier one still
    /// lies there, its reason gets a name of its own.
    private func keepReason(beside name: String) throws(RotationError) {
        let path = reasonPath(of: name)
        guard let reason = try? FlatJSON(reading: Files.read(path, limit: 4096)), let other = reason.string("file"),
            other != name, Files.isRegular("\(rejected)/\(other)")
        else { return }
        try Files.rename(path, to: "\(rejected)/\(other).reason.json")
    }

    private func reasonPath(of name: String) -> String { "\(rejected)/\(stem(of: name)).reason.json" }

    /// A name to which suffixes can be added: file systems end names at 255 bytes. Of a longer one the start is kept, and
    /// the digest of the whole.
    private static func bounded(_ name: String) -> String {
        guard name.utf8.count > 200 else { return name }
        return "\(name.prefix(60))~\(SHA256.digest(Array(name.utf8)).hex)"
    }

    /// A folder or a link cannot replace a file, nor a file a folder: such a one gets a number.
    private func freeName(for file: String, isRegular: Bool) -> String {
        func isFree(_ name: String) -> Bool {
            // Such a name is a reason's.
            if name.hasSuffix(".reason.json") { return false }
            let (path, reason) = ("\(rejected)/\(name)", reasonPath(of: name))
            return (!Files.exists(path) || (Files.isRegular(path) && isRegular))
                && (!Files.exists(reason) || Files.isRegular(reason))
        }
        if isFree(file) { return file }
        var number = 2
        while !isFree("\(file).\(number)") { number += 1 }
        return "\(file).\(number)"
    }

    private func stem(of name: String) -> String {
        name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    }
}
