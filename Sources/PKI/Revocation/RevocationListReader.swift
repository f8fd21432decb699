import Basics
import RotationModel
import SwiftASN1

/// Takes a CRL's DER apart (RFC 5280, 5.1).
///
/// A parsed tree of a million entries would take most of a gigabyte: the outer SEQUENCEs are walked element by element, and only
/// what lies in them is parsed.
enum RevocationListReader {
    static func read(_ der: [UInt8]) throws(RotationError) -> RevocationList {
        var entries: [RevokedEntry] = []
        let head = try readHead(of: der) { list, version throws(RotationError) in
            guard !list.isAtEnd else { throw DERReader.malformed("list of revoked certificates", "is empty") }
            // What the list's length says of their number, where they are as ours.
            entries.reserveCapacity(list.count / 48)
            while !list.isAtEnd {
                entries.append(try readEntry(list.nextNode("revoked certificate"), version: version))
            }
        }
        return RevocationList(head: head, entries: entries)
    }

    /// - Parameter readEntries: takes the list of revoked certificates, where there is one.
    static func readHead(
        of der: [UInt8], _ readEntries: (inout DERElements, _ version: Int) throws(RotationError) -> Void
    ) throws(RotationError) -> RevocationListHead {
        guard der.count <= RevocationList.largest else {
            throw RotationError(
                .badInput, "the CRL is \(der.count) bytes long", advice: "at most \(RevocationList.largest) are taken")
        }
        var whole = DERElements(der[...], what: "CRL")
        var parts = try whole.next(0x30, "CRL")
        try whole.end()
        let contentStart = parts.position
        var fields = try parts.next(0x30, "CRL's content")
        let content = contentStart..<parts.position
        let outerAlgorithm = try parts.nextNode("CRL's signature algorithm")
        let signature = try parts.nextNode("CRL's signature").wholeBits("CRL's signature")
        try parts.end()
        guard !signature.isEmpty else { throw DERReader.malformed("CRL's signature", "is empty") }

        let version = try readVersion(&fields)
        let innerAlgorithm = try fields.nextNode("CRL's inner signature algorithm")
        guard innerAlgorithm.encodedBytes == outerAlgorithm.encodedBytes else {
            throw RotationError(.badInput, "the CRL names two different signature algorithms")
        }
        let identifier = try SignatureIdentifier(node: outerAlgorithm, what: "signature algorithm")
        let issuer = try DistinguishedName(node: fields.nextNode("issuer"), what: "issuer")
        guard !issuer.isEmpty else { throw DERReader.malformed("issuer", "is empty") }
        let thisUpdate = try DERTime.read(fields.nextNode("thisUpdate"), "thisUpdate")
        var nextUpdate: Timestamp?
        if fields.upcomingTag == 0x17 || fields.upcomingTag == 0x18 {
            nextUpdate = try DERTime.read(fields.nextNode("nextUpdate"), "nextUpdate")
        }
        if fields.upcomingTag == 0x30 {
            var list = try fields.next(0x30, "list of revoked certificates")
            try readEntries(&list, version)
        }
        let extensions = try readExtensions(&fields, version: version)
        try fields.end()
        return RevocationListHead(
            der: der, content: content, signature: signature.startIndex..<signature.endIndex, identifier: identifier,
            issuer: issuer, thisUpdate: thisUpdate, nextUpdate: nextUpdate, extensions: extensions)
    }

    private static func readVersion(_ fields: inout DERElements) throws(RotationError) -> Int {
        guard fields.upcomingTag == 0x02 else { return 1 }
        let version = try fields.nextNode("version").small("version") + 1
        guard version == 2 else {
            throw RotationError(.badInput, "the CRL's version is \(version)", advice: "RFC 5280 (5.1.2.1) wants 2")
        }
        return version
    }

    private static func readEntry(_ node: ASN1Node, version: Int) throws(RotationError) -> RevokedEntry {
        let what = "revoked certificate"
        var parts = try node.children(what)
        let serial = try parts.next(what).integer("revoked serial number")
        guard serial.count <= 64 else {
            throw RotationError(
                .badInput, "a revoked serial number is \(serial.count) bytes long", advice: "at most 64 are read")
        }
        let revokedAt = try DERTime.read(parts.next("revocation date"), "revocation date")
        var reason = RevocationReason.unspecified
        if let extensions = parts.nextIfAny() {
            guard version == 2 else {
                throw RotationError(.badInput, "an entry of a version 1 CRL has extensions")
            }
            try ExtensionItem.forEach(in: extensions, what: "list of a CRL entry's extensions") {
                item throws(RotationError) in
                if item.type == .reasonCode {
                    reason = try readReason(DERReader.parse(item.value, what: "reason code"))
                } else {
                    try item.refuseIfCritical("CRL's entry")
                }
            }
        }
        try parts.end(what)
        return RevokedEntry(serialNumber: SerialNumber(bytes: Array(serial)), revokedAt: revokedAt, reason: reason)
    }

    private static func readReason(_ node: ASN1Node) throws(RotationError) -> RevocationReason {
        let content = try node.integer("reason code", tag: .enumerated)
        guard content.count == 1, let code = content.first,
            let reason = RevocationReason.allCases.first(where: { $0.crlReason == code })
        else {
            throw RotationError(
                .badInput, "the reason code \(Hex.encode(content)) of a revoked certificate is not known here",
                advice: "certificateHold and removeFromCRL are not read, nor what RFC 5280 (5.3.1) does not name")
        }
        return reason
    }

    private static func readExtensions(
        _ fields: inout DERElements, version: Int
    ) throws(RotationError) -> RevocationListExtensions {
        guard fields.upcomingTag == 0xA0 else { return RevocationListExtensions() }
        guard version == 2 else { throw RotationError(.badInput, "a version 1 CRL has extensions") }
        var inside = try fields.next(0xA0, "CRL extensions")
        let node = try inside.nextNode("CRL extensions")
        try inside.end()
        return try RevocationListExtensions(node: node)
    }
}
