import Fleet
import RotationModel
import System

/// Backups of the inventory: made while a run works, and checked before they are needed.
package struct InventoryBackup: Sendable {
    let workspace: Workspace
    let clock: any WallClock

    package init(_ workspace: Workspace, clock: any WallClock = SystemClock()) {
        (self.workspace, self.clock) = (workspace, clock)
    }

    /// Writes one, with its note beside it; both of mode 0600.
    ///
    /// - Parameter overwrites: whether one that stands there is replaced.
    /// - Throws: ``RotationError/Code/io`` where something stands there.
    package func make(at path: String, overwrites: Bool) throws -> BackupNote {
        let path = WorkspacePath.absolute(path)
        let note = BackupNote.path(beside: path)
        for taken in [path, note] where Files.exists(taken) && !(overwrites && Files.isRegular(taken)) {
            throw RotationError(
                .io, "something stands there", at: taken,
                advice: "a backup is not written over: name another file, or give --overwrite")
        }
        let folder = WorkspacePath.folder(of: path)
        guard Files.isFolder(folder) else {
            throw RotationError(.io, "there is no such folder", at: folder, advice: "make it first: mkdir -p \(folder)")
        }
        try Files.checkReplaceable(path)
        let staged = Files.stagingPath(of: path)
        try Files.remove(staged)
        do {
            try workspace.openInventory(.readOnly).backUp(to: staged)
            let (sha256, size) = try FileDigest.of(staged)
            let anchor = try workspace.openBackup(staged).auditAnchor()
            let made = BackupNote(
                made: clock.now(), size: size, sha256: sha256, entries: anchor.entries, hash: anchor.hash)
            try put(staged, at: path, overwrites: overwrites)
            try Files.replace(note, with: made.json, mode: Files.secret)
            return made
        } catch {
            try? Files.remove(staged)
            throw error
        }
    }

    private func put(_ staged: String, at path: String, overwrites: Bool) throws {
        let folder = try Folder(opening: WorkspacePath.folder(of: path))
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if overwrites {
            try folder.putInPlace(name)
        } else if try !folder.putInPlaceIfFree(name) {
            throw RotationError(.io, "something stands there", at: path, advice: "name another file")
        }
        try folder.synchronize()
    }

    /// Checks a backup: its digest, its file, its audit.
    ///
    /// - Returns: its note.
    /// - Throws: ``RotationError/Code/inventory`` where it is not what was written.
    package func verify(_ path: String) throws -> BackupNote {
        let place = BackupNote.path(beside: path)
        guard Files.exists(path) else { throw RotationError(.io, "there is no such file", at: path) }
        guard Files.exists(place) else {
            throw RotationError(
                .inventory, "the note beside it is missing: nobody can tell whether the backup is whole", at: place,
                advice: "copy both files together; where the note is lost, make another backup")
        }
        let note = try BackupNote(
            reading: Files.read(place, limit: BackupNote.largest, followsLinks: true), at: place)
        let (sha256, size) = try FileDigest.of(path)
        guard sha256 == note.sha256, size == note.size else {
            throw InventoryBackup.damaged(
                "it is not what was written: it has \(size) bytes and SHA-256 \(sha256.hex.prefix(16))…, and its note says "
                    + "\(note.size) and \(note.sha256.hex.prefix(16))…", path)
        }
        let copy = try workspace.openBackup(path)
        if let fault = try copy.storageFaults(limit: 1).first { throw InventoryBackup.damaged(fault, path) }
        if try copy.auditFault(against: [AuditAnchor(entries: note.entries, hash: note.hash)]) != nil {
            throw InventoryBackup.damaged("its audit is not unbroken up to entry \(note.entries)", path)
        }
        return note
    }

    private static func damaged(_ what: String, _ path: String) -> RotationError {
        RotationError(.inventory, what, at: path, advice: "do not restore it; make another backup, and keep several")
    }
}
