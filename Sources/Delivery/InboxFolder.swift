import Basics
import PKI
import RotationModel
import System

/// One folder of the inbox.
package struct InboxFolder: Sendable {
    let folders: InboxDescriptors
    /// Its name under the inbox: `csr`.
    package let folder: String
    /// What may lie in it.
    let kinds: [Kind]

    struct Kind: Sendable {
        /// What the files' names end in: `.csr`.
        let suffix: String
        /// The most bytes of such a file that are read.
        let largest: Int
    }

    /// Whether it is the gate's: files are named by their times, and say themselves whom they speak for.
    package var isSpool: Bool { folder.hasPrefix("\(InboxDescriptors.gate)/") }

    private func kind(of name: String) -> Kind? { kinds.first { name.hasSuffix($0.suffix) } }

    package var path: String { "\(folders.root)/\(folder)" }

    /// What starts a file's name from when it was taken until it is gone.
    private static let taken = ".taken."

    /// The names of its files, sorted; none where there is no such folder. Hidden files and those that are still being written
    /// (`.part`, `.tmp`) are not there yet; a name that starts with `..` is nothing that an upload makes, and is looked at.
    ///
    /// - Throws: as ``obstacle``.
    package func names() throws(RotationError) -> [String] {
        guard let opened = try folders.folder(folder) else { return [] }
        return try opened.names().filter { name in
            (!name.hasPrefix(".") || name.hasPrefix("..")) && !name.hasSuffix(".part") && !name.hasSuffix(".tmp")
        }
    }

    /// Who a file speaks for, by its name alone.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the name is nobody's.
    package func sender(of name: String) throws(RotationError) -> DeviceFileName.Decoded {
        guard let kind = kind(of: name) else {
            let suffixes = kinds.map(\.suffix)
            throw RotationError(
                .badInput, "the file name does not end in \(suffixes.joined(separator: " or "))",
                advice: "hand it in as \(suffixes.map { "NAME\($0)" }.joined(separator: " or "))")
        }
        return try DeviceFileName.decode(String(name.dropLast(kind.suffix.count)))
    }

    /// The bytes of a file: no more than are taken of its kind, from a regular file of one name, through no link.
    package func read(_ name: String) throws(RotationError) -> [UInt8] {
        do {
            let largest = kinds.map(\.largest).max() ?? 0
            let content = try opened().read(name, limit: kind(of: name)?.largest ?? largest)
            folders.remember(content.identity, folder, name)
            return content.bytes
        } catch let failure as Folder.ReadFailure {
            folders.remember(failure.identity, folder, name)
            // The device reads the reason: it must know what was wrong, not how this machine's folders are called.
            throw RotationError(failure.error.code, failure.error.message, advice: failure.error.advice)
        } catch let error as RotationError {
            throw error
        } catch {
            throw RotationError(.io, "it cannot be read")
        }
    }

    /// Names the very file that was read, for records: another one of its name has another mark. Nil where none was read, or it was taken out
    /// since.
    package func mark(ofRead name: String) -> FileMark? {
        folders.known(folder, name).map { FileMark(folder: folder, name: name, identity: $0) }
    }

    /// The same of one that need not have been read.
    package func mark(of name: String) -> FileMark? {
        if let mark = mark(ofRead: name) { return mark }
        guard let found = try? folders.folder(folder)?.identity(of: name) else { return nil }
        return FileMark(folder: folder, name: name, identity: found)
    }

    /// When it was handed in, as the file says; nil where it is gone or cannot be looked at.
    package func modified(_ name: String) -> Timestamp? { (try? folders.folder(folder))??.identity(of: name)?.modified }

    /// The file's name in a mark of this folder; nil where it is another folder's.
    package func name(inMark mark: String) -> String? {
        guard mark.hasPrefix("\(folder)/"), let end = mark.lastIndex(of: "@") else { return nil }
        return String(mark[..<end].dropFirst(folder.count + 1))
    }

    /// Takes a file out once its record is committed. One that took its place since it was read stays.
    package func remove(_ name: String) throws(RotationError) {
        let read = folders.recall(folder, name)
        do {
            try remove(name, read)
        } catch {
            folders.remember(read, folder, name)
            throw error
        }
    }

    /// Between a look and a removal somebody may put another file there. So the file gets a name first that nobody knows, and is
    /// looked at under that one.
    private func remove(_ name: String, _ read: FileIdentity?) throws(RotationError) {
        let opened = try opened()
        let hidden = InboxFolder.taken + InboxFolder.bounded(name)
        guard try opened.rename(name, toFree: hidden) else { return }
        if let read, let found = opened.identity(of: hidden), !found.isSameContent(as: read) {
            // An even newer one may have come meanwhile; then it is the one that counts.
            if try opened.rename(hidden, toFree: name) { return }
        }
        try opened.remove(hidden)
    }

    /// Gives files their names back that a run had begun to take out when it died.
    package func recover() throws(RotationError) {
        guard let opened = try folders.folder(folder) else { return }
        for hidden in try opened.names() where hidden.hasPrefix(InboxFolder.taken) {
            let name = String(hidden.dropFirst(InboxFolder.taken.count))
            guard !name.isEmpty, try !opened.rename(hidden, toFree: name) else { continue }
            try opened.remove(hidden)
        }
    }

    /// Makes durable that files are gone.
    package func synchronize() throws(RotationError) { try folders.folder(folder)?.synchronize() }

    /// Whether there is such a folder.
    package var exists: Bool { (try? folders.folder(folder)) != nil }

    /// Why nothing can be taken from the folder though there is one: it is a link, somebody else's, or on another file system.
    package var obstacle: RotationError? {
        do {
            _ = try folders.folder(folder)
            return nil
        } catch {
            return error
        }
    }

    /// Sees to it that nobody but the inbox's owner can put other folders in the place of those in it.
    ///
    /// - Returns: what was changed, or has to be changed, in a sentence; nil where all is well.
    package func close() throws(RotationError) -> String? { try folders.close() }

    private func opened() throws(RotationError) -> Folder {
        guard let opened = try folders.folder(folder) else {
            throw RotationError(.io, "there is no such folder", at: path)
        }
        return opened
    }
}

// MARK: - What cannot be taken

extension InboxFolder {
    private static let reasonSuffix = ".reason.json"

    /// The most bytes of a file that are kept: enough to see what it was.
    private static let mostKept = 65_536

    /// Puts files that cannot be taken into `rejected/`, each with its reason beside it: a copy of its bytes, in a file of the job. Of
    /// what is no regular file, is larger than 64 KiB or has other names, the reason alone is kept. One that took its place since it was read
    /// stays for the next run.
    ///
    /// A second bad file of a device takes the place of the first, so that a device cannot fill the disk. What is in `rejected/` is
    /// durable before anything is gone from the inbox.
    ///
    /// - Parameter failed: called for each that cannot be moved; the others are.
    package func reject(_ rejections: [Rejection], failed: (RotationError) -> Void) {
        guard !rejections.isEmpty else { return }
        attempt(failed) { () throws(RotationError) in
            let rejected = try folders.rejected()
            var copied: [Copied] = []
            for rejection in rejections {
                attempt(failed) { () throws(RotationError) in
                    copied.append(try copy(rejection, from: rejection.submission ?? rejection.file, to: rejected))
                }
            }
            try rejected.synchronizeFileSystem()
            for copy in copied { attempt(failed) { () throws(RotationError) in try takeOut(copy, rejected) } }
        }
    }

    /// One file, as ``reject(_:failed:)``.
    package func reject(_ rejection: Rejection) throws(RotationError) {
        var failure: RotationError?
        reject([rejection]) { failure = $0 }
        if let failure { throw failure }
    }

    /// Writes down why something is refused after all whose file left the inbox when it was taken.
    package func explain(_ rejection: Rejection) throws(RotationError) {
        let rejected = try folders.rejected()
        let name = freeName(for: InboxFolder.encoded(rejection.file), isRegular: true, in: rejected)
        try keepReason(beside: name, in: rejected)
        try put(rejection.json, as: reasonName(of: name), rejection, rejected)
    }

    private func attempt(_ failed: (RotationError) -> Void, _ body: () throws(RotationError) -> Void) {
        do { try body() } catch { failed(error) }
    }

    /// A file whose reason is written, and whose bytes are where they are kept.
    private struct Copied {
        let source: String
        /// What was copied; nil where nothing is to be taken out.
        let identity: FileIdentity?
        /// In `rejected/`.
        let name: String
    }

    private func copy(
        _ rejection: Rejection, from source: String, to rejected: Folder
    ) throws(RotationError) -> Copied {
        let read = folders.recall(folder, source)
        let opened = try opened()
        let found = opened.identity(of: source)
        let isNewer = if let read, let found { !found.isSameContent(as: read) } else { false }
        let content =
            isNewer || !rejection.isContentKept ? nil : try? opened.read(source, limit: InboxFolder.mostKept)
        let name = freeName(for: InboxFolder.encoded(rejection.file), isRegular: content != nil, in: rejected)
        try keepReason(beside: name, in: rejected)
        try put(rejection.json, as: reasonName(of: name), rejection, rejected)
        if let content { try put(content.bytes, as: name, rejection, rejected) }
        return Copied(source: source, identity: isNewer ? nil : content?.identity ?? found, name: name)
    }

    private func put(
        _ bytes: [UInt8], as name: String, _ rejection: Rejection, _ rejected: Folder
    ) throws(RotationError) {
        try rejected.stage(bytes, as: name, mode: Files.groupReadable, modified: rejection.at)
        try rejected.putInPlace(name)
    }

    private func takeOut(_ copied: Copied, _ rejected: Folder) throws(RotationError) {
        guard let identity = copied.identity else { return }
        if identity.kind == .folder {
            try opened().move(Array(copied.source.utf8), to: rejected, as: copied.name)
        } else {
            try remove(copied.source, identity)
        }
    }

    /// The names that are no UTF-8, byte for byte: no device has such a name.
    package func undecodableNames() throws(RotationError) -> [[UInt8]] {
        guard let opened = try folders.folder(folder) else { return [] }
        return try opened.rawNames().filter { String(validating: $0, as: UTF8.self) == nil }
    }

    /// Rejects such a file, under its name's hexadecimal digits.
    package func reject(undecodable name: [UInt8], run: RunID, at: Timestamp) throws(RotationError) -> Rejection {
        let rejection = Rejection(
            file: "%hex-\(Hex.encode(name))", device: nil, code: "file-name", text: "the file name is no UTF-8", at: at,
            run: run)
        let opened = try opened()
        let readable = InboxFolder.taken + InboxFolder.bounded(rejection.file)
        try opened.move(name, to: opened, as: readable)
        let rejected = try folders.rejected()
        let copied = try copy(rejection, from: readable, to: rejected)
        try rejected.synchronizeFileSystem()
        try takeOut(copied, rejected)
        return rejection
    }

    /// Forgets the oldest of what was rejected.
    ///
    /// - Parameters:
    ///   - before: what was rejected earlier goes.
    ///   - most: how many files stay at the most, reasons too.
    /// - Returns: how many files went.
    package func forgetRejected(before: Timestamp, most: Int) throws(RotationError) -> Int {
        guard let rejected = try folders.folder("rejected") else { return 0 }
        let names = try rejected.names()
        // What a run had begun to write when it died.
        for name in names where Folder.isStagingName(name) { try rejected.remove(name) }
        var files = names.filter { !Folder.isStagingName($0) }.compactMap { name in
            rejected.identity(of: name).map { (name: name, at: $0.modified, kind: $0.kind) }
        }
        files.sort { ($0.at, $0.name) < ($1.at, $1.name) }
        let surplus = max(0, files.count - most)
        var gone = 0
        for (place, file) in files.enumerated() where place < surplus || file.at < before {
            if file.kind == .folder { try rejected.removeTree(file.name) } else { try rejected.remove(file.name) }
            gone += 1
        }
        return gone
    }

    /// A device's CSR and its confirmation share `NAME.reason.json`, which speaks of the later one. Where the earlier one still
    /// lies there, its reason gets a name of its own.
    private func keepReason(beside name: String, in rejected: Folder) throws(RotationError) {
        let reasonName = reasonName(of: name)
        guard let content = try? rejected.read(reasonName, limit: 4096),
            let reason = try? JSONValue(parsing: content.bytes), case .object(let members) = reason,
            case .string(let file)? = members["file"]
        else { return }
        let other = InboxFolder.encoded(file)
        guard other != name, rejected.identity(of: other)?.kind == .regular else { return }
        let own = other + InboxFolder.reasonSuffix
        try rejected.remove(own)
        _ = try rejected.rename(reasonName, toFree: own)
    }

    private func reasonName(of name: String) -> String {
        String(name.dropLast(kind(of: name)?.suffix.count ?? 0)) + InboxFolder.reasonSuffix
    }

    /// A folder cannot replace a file, nor a file a folder: such a one gets a number.
    private func freeName(for file: String, isRegular: Bool, in rejected: Folder) -> String {
        func isFree(_ name: String) -> Bool {
            // Such a name is a reason's.
            if name.hasSuffix(InboxFolder.reasonSuffix) { return false }
            let (own, reason) = (rejected.identity(of: name)?.kind, rejected.identity(of: reasonName(of: name))?.kind)
            return (own == nil || (own == .regular && isRegular)) && (reason == nil || reason == .regular)
        }
        if isFree(file) { return file }
        var number = 2
        while !isFree("\(file).\(number)") { number += 1 }
        return "\(file).\(number)"
    }

    /// A stranger's file name as one that does no harm in a shell or a listing: what a device's NAME has not is percent-encoded.
    private static func encoded(_ name: String) -> String {
        let text = PercentEncoding.encode(name) { byte in
            PercentEncoding.isUnreserved(byte) || byte == UInt8(ascii: "%")
        }
        // What starts with a hyphen is an option.
        return bounded(text.hasPrefix("-") ? "%2D" + text.dropFirst() : text)
    }

    /// A name to which suffixes can be added: file systems end names at 255 bytes. Of a longer one the start is kept, and
    /// the digest of the whole.
    fileprivate static func bounded(_ name: String) -> String {
        guard name.utf8.count > 220 else { return name }
        return "\(name.prefix(60))~\(SHA256.digest(Array(name.utf8)).hex)"
    }
}
