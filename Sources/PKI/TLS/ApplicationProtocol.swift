import COpenSSL

/// What is spoken over TLS, settled in the handshake (ALPN, RFC 7301).
enum ApplicationProtocol {
    static let http = Array("http/1.1".utf8)

    /// Picks HTTP/1.1 from a client's list; one that lists only others is refused (RFC 7301, 3.2). A client without a list is not asked.
    static let select: SSL_CTX_alpn_select_cb_func = { _, chosen, chosenLength, offered, offeredLength, _ in
        guard let chosen, let chosenLength, let offered else { return SSL_TLSEXT_ERR_NOACK }
        var position = 0
        let end = Int(offeredLength)
        // Each name behind its length, in one byte.
        while position < end {
            let length = Int(offered[position])
            let name = UnsafeBufferPointer(start: offered + position + 1, count: min(length, end - position - 1))
            if name.elementsEqual(http) {
                chosen.pointee = name.baseAddress
                chosenLength.pointee = UInt8(length)
                return SSL_TLSEXT_ERR_OK
            }
            position += 1 + length
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
}
