import Basics
import RotationModel

/// Holds a certificate against what was ordered, field by field, as the reader of untrusted DER finds it.
///
/// What the signer meant to write is not asked: a mistake in an encoder, a wrong key in a token or an authority that has a mind of
/// its own shows here, before anything is recorded.
package struct IssuanceCheck: Sendable {
    package enum Issuer: Sendable {
        /// This process: nothing is left open.
        case here
        /// An external issuer: the serial number, the place of its CRL, the SubjectKeyIdentifier, whether there is a BasicConstraints, which of
        /// the ordered extensions are critical, and further extensions that are not, are its own to choose.
        case external
    }

    private let authority: Certificate
    private let profile: CertificateProfile
    private let issuer: Issuer
    private let pss: PSSParameters?
    private let authorityKeyIdentifier: [UInt8]
    /// What the extensions hold that are the same in every certificate, by type.
    private let encodings: [[UInt8]: [UInt8]]

    /// The difference that a library makes which knows one way alone to write a key.
    package static let otherSpelling = "the public key is written in another way than it was to be"

    /// - Parameter authority: the certificate whose key signs.
    /// - Throws: ``RotationError/Code/cryptography`` where OpenSSL cannot hash.
    package init(authority: Certificate, profile: CertificateProfile, issuer: Issuer = .here) throws(RotationError) {
        (self.authority, self.profile, self.issuer) = (authority, profile, issuer)
        let hash = SigningAbility(of: authority.publicKey).pssHash(profile.pssHash)
        pss = SignatureScheme(profile.signature, pssHash: hash)?.pss
        if let identifier = authority.subjectKeyIdentifier {
            authorityKeyIdentifier = identifier
        } else {
            authorityKeyIdentifier = try authority.publicKey.keyIdentifier()
        }
        let encoded =
            ExtensionEncoder.basicConstraints(authority: false, pathLength: nil)
            + ExtensionEncoder.authorityKeyIdentifier(authorityKeyIdentifier)
            + (profile.keyUsage.isEmpty ? [] : ExtensionEncoder.keyUsage(profile.keyUsage))
        encodings = try ExtensionItem.values(of: encoded)
    }

    /// What differs, a sentence each that names the field, what it is, and what was ordered; empty where the certificate is what was meant.
    ///
    /// - Parameter verifyingSignature: whether the signature is verified too, which costs more than all the rest.
    package func differences(
        of certificate: Certificate, from order: CertificateOrder, verifyingSignature: Bool
    ) -> [String] {
        var found = Differences()
        compareNames(certificate, order, &found)
        compareKey(certificate, order, &found)
        compareUses(certificate, &found)
        compareExtensions(certificate, order, &found)
        compareSignature(certificate, verifying: verifyingSignature, &found)
        return found.sentences
    }

    // MARK: Field by field

    private func compareNames(_ certificate: Certificate, _ order: CertificateOrder, _ found: inout Differences) {
        if issuer == .here { found.compare("serial number", certificate.serialNumber, order.serialNumber) }
        found.compare("issuer", certificate.issuer, authority.subject)
        found.compare("subject", certificate.subject, order.subject)
        found.compare("notBefore", certificate.notBefore, order.notBefore)
        found.compare("notAfter", certificate.notAfter, order.notAfter)
        let names = certificate.subjectAlternativeNames
        // RFC 5280 gives their order no meaning, and external issuers have one of their own.
        if issuer == .here || Set(names) != Set(order.subjectAlternativeNames) {
            found.compare("SubjectAltName", names, order.subjectAlternativeNames)
        }
    }

    private func compareKey(_ certificate: Certificate, _ order: CertificateOrder, _ found: inout Differences) {
        found.compare("public key", certificate.publicKey.fingerprint, order.publicKey.fingerprint)
        if certificate.publicKey.fingerprint == order.publicKey.fingerprint, certificate.publicKey != order.publicKey {
            found.add(IssuanceCheck.otherSpelling)
        }
        found.compare("AuthorityKeyIdentifier", Hex(certificate.authorityKeyIdentifier), Hex(authorityKeyIdentifier))
        guard issuer == .here else { return }
        let identifier = try? order.publicKey.keyIdentifier()
        found.compare("SubjectKeyIdentifier", Hex(certificate.subjectKeyIdentifier), Hex(identifier))
    }

    private func compareUses(_ certificate: Certificate, _ found: inout Differences) {
        found.compare("CA of BasicConstraints", certificate.isAuthority, false)
        let usages = certificate.keyUsage.map { usages in KeyUsage.allCases.filter(usages.contains) } ?? []
        found.compare("KeyUsage", usages, KeyUsage.allCases.filter(profile.keyUsage.contains))
        let purposes = profile.extendedKeyUsage.map(\.objectIdentifier)
        found.compare("ExtendedKeyUsage", (certificate.extendedKeyUsage ?? []).sorted(), purposes.sorted())
    }

    private func compareExtensions(
        _ certificate: Certificate, _ order: CertificateOrder, _ found: inout Differences
    ) {
        let items: [ExtensionItem]
        do {
            items = try certificate.extensionItems()
        } catch {
            return found.add("the extensions cannot be read: \(error.message)")
        }
        let marks = items.map(ExtensionMark.init)
        let expected = expectedMarks(order)
        switch issuer {
        case .here:
            let points = profile.crlURLs
            let point = points.isEmpty ? [] : [points[order.serialNumber.shard(of: points.count)]]
            found.compare("CRLDistributionPoints", certificate.crlDistributionPoints, point)
            if Set(marks) != Set(expected) { found.compare("list of extensions", marks, expected) }
        case .external:
            for mark in marks where mark.isCritical && !expected.contains(where: { $0.type == mark.type }) {
                found.add("the extension \(mark) was not ordered")
            }
        }
        // Only what nothing else has found is looked for byte by byte: what stands in an extension beside what is understood of it.
        if found.sentences.isEmpty { compareEncodings(items, order, &found) }
    }

    private func compareEncodings(_ items: [ExtensionItem], _ order: CertificateOrder, _ found: inout Differences) {
        for item in items {
            let type = Array(item.type)
            if type == ObjectIdentifier.subjectAlternativeName.content {
                if !holds(item.value, exactly: order.subjectAlternativeNames) {
                    found.add("the SubjectAltName holds more than was ordered, or is not written as DER")
                }
            } else if let encoding = encodings[type], encoding[...] != item.value {
                found.add(
                    "the extension \(ExtensionMark(item)) holds \(Hex(Array(item.value))), and was to hold \(Hex(encoding))"
                )
            }
        }
    }

    /// Whether these are the names and no others, of whatever kind; in any order.
    private func holds(_ value: ArraySlice<UInt8>, exactly names: [GeneralName]) -> Bool {
        do throws(RotationError) {
            let ordered = DEREncoder.sequence(try GeneralNames.encode(names))
            if value == ordered[...] { return true }
            return try GeneralNames.elements(of: value) == GeneralNames.elements(of: ordered[...])
        } catch {
            return false
        }
    }

    /// RFC 5280, 4.2: which extensions an ordered certificate has, and which of them are critical.
    private func expectedMarks(_ order: CertificateOrder) -> [ExtensionMark] {
        var marks = [
            ExtensionMark(.basicConstraints, isCritical: true), ExtensionMark(.authorityKeyIdentifier),
            ExtensionMark(.subjectKeyIdentifier),
        ]
        if !profile.keyUsage.isEmpty { marks.append(ExtensionMark(.keyUsage, isCritical: true)) }
        if !profile.extendedKeyUsage.isEmpty { marks.append(ExtensionMark(.extendedKeyUsage)) }
        if !profile.crlURLs.isEmpty { marks.append(ExtensionMark(.crlDistributionPoints)) }
        if !order.subjectAlternativeNames.isEmpty {
            marks.append(ExtensionMark(.subjectAlternativeName, isCritical: order.subject.isEmpty))
        }
        return marks
    }

    private func compareSignature(_ certificate: Certificate, verifying: Bool, _ found: inout Differences) {
        found.compare("signature algorithm", certificate.signatureAlgorithm, profile.signature)
        if let pss, certificate.pss != pss { found.add("the RSASSA-PSS parameters are not those that were to be") }
        guard verifying else { return }
        do {
            if try certificate.isSigned(by: authority.publicKey) { return }
            found.add("the signature is not by the key of \(authority.subject)")
        } catch {
            found.add("the signature cannot be verified: \(error.message)")
        }
    }
}

/// Sentences about fields that are not as they should be.
private struct Differences {
    private(set) var sentences: [String] = []

    mutating func add(_ sentence: String) { sentences.append(sentence) }

    mutating func compare<Value: Equatable>(_ field: String, _ actual: Value, _ expected: Value) {
        guard actual != expected else { return }
        add("the \(field) is \(Differences.text(actual)), and was to be \(Differences.text(expected))")
    }

    private static func text(_ value: Any) -> String {
        guard let list = value as? [Any] else { return "\(value)" }
        return list.isEmpty ? "empty" : list.map { "\($0)" }.joined(separator: " ")
    }
}

/// Bytes that are shown in hexadecimal.
private struct Hex: Equatable, CustomStringConvertible {
    let bytes: [UInt8]?
    init(_ bytes: [UInt8]?) { self.bytes = bytes }
    var description: String { bytes.map(Basics.Hex.encode) ?? "absent" }
}
