public import RotationModel

/// What certificates are issued like: by whom, for how long, with which names and purposes, for which keys.
public struct IssuanceProfile: Sendable {
    public let name: String
    public let place: PolicyPlace
    /// An authority of `rotation.yaml`, by its name.
    public let authority: String
    /// The authority's subject; nil where the files were checked without the workspace's authorities.
    public let authoritySubject: DistinguishedNameText?
    public let signature: SignatureAlgorithm
    /// Of RSASSA-PSS; nil for other signatures, and where neither the file nor an authority says.
    public let hash: PSSHash?
    /// From the time of issue to `notAfter`.
    public let validity: TimeSpan
    /// From `notBefore` to the time of issue, at most a day: for devices whose clock is behind.
    public let backdate: TimeSpan
    /// The keys it takes; never empty.
    public let keys: [KeyRequirement]
    public let subject: SubjectTemplate
    public let subjectAlternativeNames: [SANTemplate]
    public let longNames: LongNames
    public let keyUsage: [KeyUsage]
    public let extendedKeyUsage: [ExtendedKeyUsage]

    public static let defaultBackdate = TimeSpan.minutes(5)
    public static let longestBackdate = TimeSpan.days(1)

    public func allows(_ key: KeyAlgorithm) -> Bool {
        keys.contains { $0.isMet(by: key) }
    }

    /// The subject's components for a device, in the template's order; none where all of them are too long and left out.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the device has not what the template asks for, or what it has does
    ///   not fit there.
    public func subject(for facts: DeviceFacts) throws(RotationError) -> [NameComponent] {
        try subject.components(for: facts, longNames: longNames, alternatives: subjectAlternativeNames)
    }

    /// The subject alternative names for a device, in the profile's order.
    ///
    /// - Throws: ``RotationError/Code/badInput``, as for the subject.
    public func alternativeNames(for facts: DeviceFacts) throws(RotationError) -> [GeneralName] {
        var names: [GeneralName] = []
        names.reserveCapacity(subjectAlternativeNames.count)
        for template in subjectAlternativeNames { names.append(try template.name(for: facts)) }
        return names
    }

    /// The subject as the profile writes it.
    public var subjectText: String { subject.description }
}
