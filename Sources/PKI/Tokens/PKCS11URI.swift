import RotationModel

/// Which key of which token is meant: a PKCS#11 URI (RFC 7512).
///
/// It holds no secret: one that carries a PIN is refused.
package struct PKCS11URI: Hashable, Sendable, CustomStringConvertible {
    /// CKA_LABEL and CKA_ID of the key; nil where either will do.
    package let object: String?
    package let id: [UInt8]?
    /// What the token says of itself (CK_TOKEN_INFO); nil where anything will do.
    package let token: String?
    package let manufacturer: String?
    package let model: String?
    package let serial: String?
    package let slotID: UInt?
    /// The module's file, where the URI names it.
    package let modulePath: String?
    /// As it was written.
    package let description: String

    /// - Throws: ``Mistake``, with the part of the text that is wrong.
    package init(_ text: String) throws(Mistake) {
        let attributes = try PKCS11URIAttributes(text)
        object = try attributes.text("object")
        id = attributes.bytes("id")
        token = try attributes.text("token")
        manufacturer = try attributes.text("manufacturer")
        model = try attributes.text("model")
        serial = try attributes.text("serial")
        slotID = try attributes.number("slot-id")
        modulePath = try attributes.text("module-path")
        if let type = try attributes.text("type"), type != "private" {
            throw Mistake("`type=\(type)` is no private key", help: "write `type=private`, or leave it out")
        }
        description = text
    }

    /// What is wrong with the text of a URI. It quotes no secret.
    package struct Mistake: Error, Sendable, Equatable {
        package let message: String
        package let help: String
        /// The attribute that nobody knows, where it is that: for a hint at the one that was meant.
        package let unknown: String?

        init(_ message: String, help: String, unknown: String? = nil) {
            (self.message, self.help, self.unknown) = (message, help, unknown)
        }
    }

    /// Every attribute that a URI may have here.
    package static let attributes = [
        "token", "object", "id", "serial", "manufacturer", "model", "slot-id", "type", "module-path",
    ]
}
