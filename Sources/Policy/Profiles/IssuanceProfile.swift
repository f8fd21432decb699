import RotationModel

/// What certificates are issued like: by whom, for how long, with which names and purposes, for which keys.
package struct IssuanceProfile: Sendable {
    package let name: String
    package let place: PolicyPlace
    /// An authority of `rotation.yaml`, by its name.
    package let authority: String
    /// The authority's subject; nil where the files were checked without the workspace's authorities.
    package let authoritySubject: DistinguishedNameText?
    package let signature: SignatureAlgorithm
    /// Of RSASSA-PSS; nil for other signatures, and where neither the file nor an authority says.
    package let hash: PSSHash?
    /// From the time of issue to `notAfter`.
    package let validity: TimeSpan
    /// From `notBefore` to the time of issue, at most a day: for devices whose clock is behind.
    package let backdate: TimeSpan
    /// The keys it takes; never empty.
    package let keys: [KeyRequirement]
    package let subject: SubjectTemplate
    package let subjectAlternativeNames: [SANTemplate]
    package let longNames: LongNames
    package let keyUsage: [KeyUsage]
    package let extendedKeyUsage: [ExtendedKeyUsage]

    package static let defaultBackdate = TimeSpan.minutes(5)
    package static let longestBackdate = TimeSpan.days(1)

    package func allows(_ key: KeyAlgorithm) -> Bool {
        keys.contains { $0.isMet(by: key) }
    }

    /// The subject's components for a device, in the template's order; none where all of them are too long and left out.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the device has not what the template asks for, or what it has does
    ///   not fit there.
    package func subject(for facts: DeviceFacts) throws(RotationError) -> [NameComponent] {
        try subject.components(for: facts, longNames: longNames, alternatives: subjectAlternativeNames)
    }

    /// The subject alternative names for a device, in the profile's order.
    ///
    /// - Throws: ``RotationError/Code/badInput``, as for the subject.
    package func alternativeNames(for facts: DeviceFacts) throws(RotationError) -> [GeneralName] {
        var names: [GeneralName] = []
        names.reserveCapacity(subjectAlternativeNames.count)
        for template in subjectAlternativeNames { names.append(try template.name(for: facts)) }
        return names
    }

    /// The subject as the profile writes it.
    package var subjectText: String { subject.description }
}
