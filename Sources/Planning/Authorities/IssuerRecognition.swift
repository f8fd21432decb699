import RotationModel

/// Tells whose a certificate is. It takes a reader of certificates and verifies signatures, and so stands outside of planning.
package protocol IssuerRecognition: Sendable {
    /// An authority's name as the certificates that it issued spell it: names are compared as RFC 5280 (7.1) has it, and the inventory
    /// keeps each as it came.
    ///
    /// - Parameters:
    ///   - authority: its name in rotation.yaml.
    ///   - names: the issuers' names of the inventory.
    func spellings(of authority: String, among names: [String]) -> [String]

    /// The issuers that a name may mean, in whatever way a program has printed it: those that are named as they are written, else those that
    /// mean the same, else those that mean the same read from the end.
    ///
    /// - Parameter names: the issuers' names of the inventory.
    func issuers(meantBy text: String, among names: [String]) -> [String]

    /// A function that says by whose key a certificate (DER) is signed; nil where the key that its issuer's name stands for is not known.
    /// It keeps what it has read, and is for one thread.
    func signerSearch() -> (_ der: [UInt8]) -> SignedBy?
}
