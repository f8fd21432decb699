import RotationModel
import System

extension DeliveryTree {
    /// What is known of the tree's high-water mark.
    package enum MarkFound: Sendable, Equatable {
        case mark(HighWaterMark)
        case missing
        /// Why it cannot be read.
        case unreadable(String)
    }

    package func highWaterMark() -> MarkFound {
        guard FileIdentity.following(root) != nil else { return .missing }
        do {
            let folder = try Folder(opening: root)
            guard folder.contains(HighWaterMark.file) else { return .missing }
            let bytes = try folder.read(HighWaterMark.file, limit: HighWaterMark.largest).bytes
            return .mark(try HighWaterMark(reading: bytes))
        } catch {
            return .unreadable(
                (error as? Folder.ReadFailure)?.error.message ?? (error as? RotationError)?.message ?? "")
        }
    }

    /// Writes the mark beside its place. ``synchronize()`` makes it durable, ``putMarkInPlace()`` gives it its name: before the manifests
    /// that it speaks of get theirs.
    package func stage(_ mark: HighWaterMark) throws(RotationError) {
        try Folder(opening: root).stage(mark.json, as: HighWaterMark.file, mode: Files.published)
    }

    package func putMarkInPlace() throws(RotationError) {
        try Folder(opening: root).putInPlace(HighWaterMark.file)
    }

    /// Writes the mark, whole and durably, where there is a tree.
    package func publish(_ mark: HighWaterMark) throws(RotationError) {
        guard FileIdentity.following(root) != nil else { return }
        try Folder(opening: root).replaceIfDifferent(HighWaterMark.file, with: mark.json, mode: Files.published)
    }
}
