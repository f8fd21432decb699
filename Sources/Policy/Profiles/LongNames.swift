/// What becomes of a part of the subject that would be longer than RFC 5280 (appendix A.1) allows, such as a common name over 64 characters:
/// `longNames` of a profile. Verifiers may refuse such a certificate, and some programs cannot even read it.
package enum LongNames: String, Sendable, CaseIterable {
    /// The part is left out where an alternative name says the same of the device; else no certificate is issued.
    case omit
    /// No certificate is issued.
    case refuse
    /// The part stays as it is.
    case keep

    /// What is done where a profile does not say.
    package static let standard = LongNames.omit
}
