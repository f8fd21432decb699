import COpenSSL

/// Names of what is known by its object identifier alone, for messages: `secp256k1 (1.3.132.0.10)`.
enum ObjectName {
    /// The dotted form of what OpenSSL knows by a short or a long name: `emailAddress`, `commonName`; nil where it knows none.
    static func identifier(of name: String) -> String? {
        guard let object = OBJ_txt2obj(name, 0) else {
            OpenSSLErrors.clear()
            return nil
        }
        defer { ASN1_OBJECT_free(object) }
        var text = [CChar](repeating: 0, count: 128)
        let length = OBJ_obj2txt(&text, CInt(text.count), object, 1)
        guard length > 0, length < text.count else { return nil }
        return String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The text as it stands where it is no dotted object identifier, or none that OpenSSL has a name for.
    static func describe(_ dotted: String) -> String {
        let name = name(of: dotted)
        return name == dotted ? dotted : "\(name) (\(dotted))"
    }

    /// The name alone; the text as it stands where there is none.
    static func name(of dotted: String) -> String {
        guard dotted.contains("."), let object = OBJ_txt2obj(dotted, 1) else {
            OpenSSLErrors.clear()
            return dotted
        }
        defer { ASN1_OBJECT_free(object) }
        let number = OBJ_obj2nid(object)
        guard number != NID_undef, let name = OBJ_nid2ln(number) else { return dotted }
        return String(cString: name)
    }
}
