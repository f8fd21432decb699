import COpenSSL
import RotationModel

/// The server's side of one TLS connection: bytes from the network in, bytes for it out. It knows no socket.
///
/// After each ``receive(_:)``, ``send(_:)`` and ``close()``, what ``takeOutput()`` gives is to be sent to the client, also after a failure: it
/// is the alert then. One thread at a time; a session that is thrown away needs no ``close()``.
package final class ServerSession {
    package enum State: Hashable, Sendable {
        case handshaking
        case established
        /// The client sends no more, or ``close()`` was called.
        case closed
        case failed(TLSFailure)
    }

    /// What came of some bytes of the client.
    package struct Received: Hashable, Sendable {
        /// What the client said, in the clear; often empty.
        package let plaintext: [UInt8]
        /// Whether the client may be waiting for an acknowledgement by TCP, and nothing is there to be sent that would carry it.
        ///
        /// A client that leaves Nagle's algorithm on holds the request back until its end of the handshake is acknowledged, and the kernel
        /// puts that off by some 40 ms. Set `TCP_QUICKACK` on the socket then: it lasts for a moment, so once at the start does not help.
        package let wantsAcknowledgement: Bool
    }

    package private(set) var state = State.handshaking
    /// Nil until the handshake is complete.
    package private(set) var handshake: Handshake?

    /// An `SSL`. It owns its BIOs; the one that it reads is there during ``receive(_:)`` alone.
    private let ssl: OpaquePointer
    /// The BIO that it writes.
    private var output: OpaquePointer
    private var helloLimit = ClientHelloLimit()
    private var isClosing = false

    /// - Throws: ``RotationError/Code/cryptography`` where there is no memory for it.
    package init(_ context: ServerContext) throws(RotationError) {
        OpenSSLErrors.clear()
        guard let ssl = SSL_new(context.pointer) else {
            throw OpenSSLErrors.failure(.cryptography, "no TLS session can be made")
        }
        guard let output = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            throw OpenSSLErrors.failure(.cryptography, "no TLS session can be made")
        }
        SSL_set0_wbio(ssl, output)
        SSL_set_accept_state(ssl)
        (self.ssl, self.output) = (ssl, output)
    }

    deinit { SSL_free(ssl) }

    /// Takes what came from the client, in pieces of any size. Once the session is closed or has failed, nothing comes of it.
    package func receive(_ bytes: UnsafeRawBufferPointer) -> Received {
        let wasShaking = state == .handshaking
        var plaintext: [UInt8] = []
        if !bytes.isEmpty, isOpen {
            OpenSSLErrors.clear()
            process(bytes, into: &plaintext)
        }
        return Received(
            plaintext: plaintext,
            wantsAcknowledgement: wasShaking && isOpen && plaintext.isEmpty && BIO_ctrl_pending(output) == 0)
    }

    package func receive(_ bytes: [UInt8]) -> Received { bytes.withUnsafeBytes { receive($0) } }

    /// Encrypts something for the client.
    ///
    /// - Returns: False where it cannot be said: before the handshake is complete, after ``close()``, and after a failure. A client that has
    ///   said that it sends no more still reads.
    package func send(_ plaintext: UnsafeRawBufferPointer) -> Bool {
        guard handshake != nil, !isClosing else { return false }
        if case .failed = state { return false }
        guard !plaintext.isEmpty else { return true }
        OpenSSLErrors.clear()
        var written = 0
        guard SSL_write_ex(ssl, plaintext.baseAddress, plaintext.count, &written) == 1 else {
            state = .failed(TLSFailure.drain())
            return false
        }
        return true
    }

    package func send(_ plaintext: [UInt8]) -> Bool { plaintext.withUnsafeBytes { send($0) } }

    /// Says to the client that nothing more will come (close_notify). Nothing is received after it.
    package func close() {
        guard !isClosing else { return }
        isClosing = true
        if case .failed = state { return }
        state = .closed
        guard handshake != nil else { return }
        OpenSSLErrors.clear()
        SSL_shutdown(ssl)
        OpenSSLErrors.clear()
    }

    /// What is to be sent to the client, once.
    package func takeOutput() -> [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let count = rotation_bio_bytes(output, &start)
        guard let start, count > 0 else { return [] }
        let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
        renewOutput()
        return bytes
    }

    /// A memory BIO never gives its memory back: a new one takes its place.
    private func renewOutput() {
        guard let fresh = BIO_new(BIO_s_mem()) else {
            // The old one will do: emptied, it is only larger.
            _ = BIO_ctrl(output, BIO_CTRL_RESET, 0, nil)
            return
        }
        SSL_set0_wbio(ssl, fresh)
        output = fresh
    }

    private var isOpen: Bool { state == .handshaking || state == .established }

    private func process(_ bytes: UnsafeRawBufferPointer, into plaintext: inout [UInt8]) {
        guard let length = Int32(exactly: bytes.count), let input = BIO_new_mem_buf(bytes.baseAddress, length) else {
            state = .failed(TLSFailure(.internal))
            return
        }
        rotation_bio_waits_when_empty(input)
        // OpenSSL reads the caller's bytes where they are, and has read them all when it asks for more.
        SSL_set0_rbio(ssl, input)
        defer { SSL_set0_rbio(ssl, nil) }
        if state == .handshaking { shakeHands(bytes) }
        while state == .established, let record = readRecord() {
            if plaintext.isEmpty { plaintext = record } else { plaintext += record }
        }
    }

    private func shakeHands(_ bytes: UnsafeRawBufferPointer) {
        guard helloLimit.admits(bytes) else {
            state = .failed(TLSFailure(.tooLong, "a ClientHello of more than \(ClientHelloLimit.largest) bytes"))
            return
        }
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            handshake = Handshake(of: ssl)
            state = handshake == nil ? .failed(TLSFailure(.internal)) : .established
            return
        }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_ZERO_RETURN: state = .failed(TLSFailure(.closed))
        default: state = .failed(TLSFailure.drain())
        }
    }

    /// What is left of one record; nil, and perhaps another state, where there is no more.
    private func readRecord() -> [UInt8]? {
        var result: Int32 = 0
        let plaintext = [UInt8](unsafeUninitializedCapacity: Int(SSL3_RT_MAX_PLAIN_LENGTH)) { buffer, count in
            var length = 0
            result = SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &length)
            count = length
        }
        if result == 1 { return plaintext }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_ZERO_RETURN: state = .closed
        default: state = .failed(TLSFailure.drain())
        }
        return nil
    }
}
