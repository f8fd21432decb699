import PKI
public import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder that devices hand in to. What lies in it is not to be trusted: not its names, not its kinds, not its sizes.
public struct Inbox: Sendable {
    public let root: String

    public init(root: String) {
        self.root = root
    }

    private var requests: String { "\(root)/csr" }
    private var rejected: String { "\(root)/rejected" }

    /// The names of the files in `csr/`, sorted. Hidden files and those that are still being written
    /// (`.part`, `.tmp`) are not there yet; a name that starts with `..` is nothing that an upload makes, and is looked at.
    public func requestNames() throws(RotationError) -> [String] {
        try Files.names(in: requests).filter { name in
            (!name.hasPrefix(".") || name.hasPrefix("..")) && !name.hasSuffix(".part") && !name.hasSuffix(".tmp")
        }
    }

    /// Who a file in `csr/` speaks for, by its name alone.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the name is nobody's.
    public static func sender(of name: String) throws(RotationError) -> DeviceFileName.Decoded {
        guard name.hasSuffix(".csr") else {
            throw RotationError(.badInput, "the file name does not end in .csr", advice: "hand it in as NAME.csr")
        }
        return try DeviceFileName.decode(String(name.dropLast(4)))
    }

    /// The bytes of a file in `csr/`: at most 16 KiB, from a regular file, through no link.
    public func readRequest(_ name: String) throws(RotationError) -> [UInt8] {
        do {
            return try Files.read("\(requests)/\(name)", limit: CertificateRequest.largest)
        } catch {
            // The device reads the reason: it must know what was wrong, not how this machine's folders are called.
            throw RotationError(error.code, error.message, advice: error.advice)
        }
    }

    /// Takes a file out of `csr/` once its record is committed.
    public func removeRequest(_ name: String) throws(RotationError) {
        try Files.remove("\(requests)/\(name)")
    }

    /// Whether there is a folder that CSRs can come in by.
    public var exists: Bool { Files.isFolder(requests) }

    /// Moves a file that cannot be taken to `rejected/`, with its reason beside it.
    ///
    /// A second bad CSR of a device takes the place of the first, so that a device cannot fill the disk.
    public func reject(_ rejection: Rejection) throws(RotationError) {
        let source = "\(requests)/\(rejection.file)"
        let name = try place(rejection, named: Inbox.bounded(rejection.file), isRegular: Files.isRegular(source))
        do {
            try Files.rename(source, to: "\(rejected)/\(name)")
        } catch {
            // Gone meanwhile: the device took it back, or an earlier run that died had moved it.
            if Files.exists(source) { throw error }
        }
    }

    /// The names in `csr/` that are no UTF-8, byte for byte: no device has such a name.
    public func undecodableNames() throws(RotationError) -> [[UInt8]] {
        try Files.undecodableNames(in: requests)
    }

    /// Moves such a file aside, under its name's hexadecimal digits.
    public func reject(undecodable name: [UInt8], run: String, at: Timestamp) throws(RotationError) -> Rejection {
        let rejection = Rejection(
            file: "%hex-\(Hex.encode(name))", device: nil, code: "file-name", text: "the file name is no UTF-8", at: at,
            run: run)
        let shown = try place(rejection, named: Inbox.bounded(rejection.file), isRegular: false)
        try Files.rename(Array(requests.utf8) + [UInt8(ascii: "/")] + name, to: "\(rejected)/\(shown)")
        return rejection
    }

    /// Writes the reason, and says under which name the file goes beside it.
    private func place(_ rejection: Rejection, named file: String, isRegular: Bool) throws(RotationError) -> String {
        try Files.makeFolder(rejected, mode: 0o750)
        let name = freeName(for: file, isRegular: isRegular)
        try Files.replace(reasonPath(of: name), with: rejection.json, mode: Files.groupReadable)
        return name
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
        name.hasSuffix(".csr") ? String(name.dropLast(4)) : name
    }
}

/// Why a file of the inbox was not taken.
public struct Rejection: Sendable, Equatable {
    /// The file's name in the inbox.
    public let file: String
    /// Whose it is, where the name leads to a device of the inventory.
    public let device: DeviceID?
    /// A stable name of the rule that it broke.
    public let code: String
    /// A sentence for the device's developer.
    public let text: String
    public let at: Timestamp
    public let run: String

    public init(file: String, device: DeviceID?, code: String, text: String, at: Timestamp, run: String) {
        self.file = file
        self.device = device
        self.code = code
        self.text = text
        self.at = at
        self.run = run
    }

    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("file", file)
            json.key("device")
            if let device { json.value(device.text) } else { json.null() }
            json.key("reason")
            json.object { json in
                json.member("code", code)
                json.member("text", text)
            }
            json.member("at", at.rfc3339)
            json.member("run", run)
        }
        json.newline()
        return json.bytes
    }
}
