import NIOCore
import PKI
import System

/// Speaks TLS on a connection: ciphertext below, what HTTP reads and writes above.
///
/// It tells of the end of the handshake by an event of the type ``PKI/Handshake``, and of a failure by an error of the type
/// ``PKI/TLSFailure``, with the alert sent.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let context: @Sendable () -> ServerContext
    /// Made with the first bytes: who connects and says nothing costs no session.
    private var session: ServerSession?
    private var isOver = false

    init(_ context: @escaping @Sendable () -> ServerContext) { self.context = context }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver, let session = session(context) else { return }
        let before = session.state
        let received = unwrapInboundIn(data).withUnsafeReadableBytes { session.receive($0) }
        // As the client's bytes left it. Who reads them below may close it, and that is not the client's end.
        let after = session.state
        sendOutput(of: session, context, promise: nil)
        if received.wantsAcknowledgement { acknowledge(context) }
        if before == .handshaking, let handshake = session.handshake {
            context.fireUserInboundEventTriggered(handshake)
        }
        if !received.plaintext.isEmpty {
            context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: received.plaintext)))
        }
        switch after {
        case .handshaking, .established: break
        case .closed:
            if before != .closed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        case .failed(let failure):
            isOver = true
            context.fireErrorCaught(failure)
        }
    }

    private func session(_ context: ChannelHandlerContext) -> ServerSession? {
        if let session { return session }
        do {
            session = try ServerSession(self.context())
        } catch {
            isOver = true
            context.fireErrorCaught(error)
        }
        return session
    }

    private func acknowledge(_ context: ChannelHandlerContext) {
        let option = ChannelOptions.Types.SocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: TCPOption.quickAcknowledgement))
        // A client without it waits some 40 ms, and that is all.
        try? context.channel.syncOptions?.setOption(option, value: 1)
    }

    // MARK: Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        guard let session, buffer.withUnsafeReadableBytes({ session.send($0) }) else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let output = session.takeOutput()
        context.write(wrapOutboundOut(ByteBuffer(bytes: output)), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input, let session {
            session.close()
            sendOutput(of: session, context, promise: nil)
        }
        context.close(mode: mode, promise: promise)
    }

    private func sendOutput(
        of session: ServerSession, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?
    ) {
        let output = session.takeOutput()
        guard !output.isEmpty else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: output)), promise: promise)
    }
}
