import Delivery
import Fleet
import RotationModel
import System

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Points of the audit that were kept elsewhere, as a file has them.
package enum AuditAnchors {
    /// The longest file that is read, 2 GiB: a report of some four million rows.
    private static let longest = 1 << 31

    /// Reads a run's report or a status (JSON), a list of them (a JSON array, or one a line), or lines of the log, in which whatever holds
    /// no anchor is passed over.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where there is no anchor in it, or one is not written as it was.
    package static func read(_ path: String) throws(RotationError) -> [AuditAnchor] {
        let bytes = try Files.read(path, limit: longest, followsLinks: true)
        var found: [AuditAnchor] = []
        if let all = try document(bytes, path) { found = all } else { found = try lines(bytes, path) }
        guard !found.isEmpty else {
            throw RotationError(
                .badInput, "there is no anchor of the audit in it", at: path,
                advice: "name a run's report (reports/run-ID.json), a list of them, or lines of the log that say "
                    + "`audit anchor: entries=…, hash=…`")
        }
        return found
    }

    /// Nil where the whole is no JSON.
    private static func document(_ bytes: [UInt8], _ path: String) throws(RotationError) -> [AuditAnchor]? {
        let decoder = JSONDecoder()
        let data = Data(bytes)
        if let one = try? decoder.decode(Report.self, from: data) { return try anchors([one], path) }
        guard let all = try? decoder.decode([Report].self, from: data) else { return nil }
        return try anchors(all, path)
    }

    private static func lines(_ bytes: [UInt8], _ path: String) throws(RotationError) -> [AuditAnchor] {
        var found: [AuditAnchor] = []
        var number = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            if let report = try? JSONDecoder().decode(Report.self, from: Data(line)) {
                found += try anchors([report], "\(path):\(number)")
            }
            found += try logged(String(decoding: line, as: UTF8.self), "\(path):\(number)")
        }
        return found
    }

    private static func anchors(_ reports: [Report], _ place: String) throws(RotationError) -> [AuditAnchor] {
        var found: [AuditAnchor] = []
        for report in reports {
            guard let written = report.anchor else { continue }
            found.append(try anchor(entries: written.entries, hash: written.hash, place))
        }
        return found
    }

    private static func logged(_ line: String, _ place: String) throws(RotationError) -> [AuditAnchor] {
        var found: [AuditAnchor] = []
        for match in line.matches(of: /(?i)audit anchor: entries=(?<entries>[0-9]+), hash=(?<hash>[0-9A-Za-z]*)/) {
            found.append(try anchor(entries: Int64(match.output.entries), hash: String(match.output.hash), place))
        }
        return found
    }

    private static func anchor(entries: Int64?, hash: String, _ place: String) throws(RotationError) -> AuditAnchor {
        guard let entries, entries >= 0, let digest = SHA256Digest(hex: hash.lowercased()) else {
            throw RotationError(
                .badInput, "the anchor of the audit in it is not one that a run wrote", at: place,
                advice: "an anchor is a number of entries and a hash of 64 hexadecimal digits; was it cut off?")
        }
        return AuditAnchor(entries: entries, hash: digest)
    }

    /// Of a report what is of interest here; also the anchor alone, as somebody may have kept it.
    private struct Report: Decodable {
        struct Anchor: Decodable {
            let entries: Int64
            let hash: String
        }

        let audit: Anchor?
        let entries: Int64?
        let hash: String?

        var anchor: Anchor? {
            if let audit { return audit }
            guard let entries, let hash else { return nil }
            return Anchor(entries: entries, hash: hash)
        }
    }
}

extension AuditAnchor {
    /// As the log and reports have it, for ``AuditAnchors/read(_:)`` to find again.
    package var line: String { "audit anchor: entries=\(entries), hash=\(hash.hex)" }
}
