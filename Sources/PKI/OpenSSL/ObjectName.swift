import COpenSSL

/// Names of what is known by its object identifier alone, for messages: `secp256k1 (1.3.132.0.10)`.
enum ObjectName {
    /// The text as it stands where it is no dotted object identifier, or none that OpenSSL has a name for.
    static func describe(_ dotted: String) -> String {
        guard dotted.contains("."), let object = OBJ_txt2obj(dotted, 1) else {
            OpenSSLErrors.clear()
            return dotted
        }
        defer { ASN1_OBJECT_free(object) }
        let number = OBJ_obj2nid(object)
        guard number != NID_undef, let name = OBJ_nid2ln(number) else { return dotted }
        return "\(String(cString: name)) (\(dotted))"
    }
}
