import NIOCore

/// Counts what comes, and tells who reads requests after the parser had it: the parser keeps what is no whole request yet.
final class HeadMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Since the last part of a request that was whole.
    private(set) var bytes = 0
    private unowned let handler: RequestHandler

    init(for handler: RequestHandler) { self.handler = handler }

    func reset() { bytes = 0 }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytes
        context.fireChannelRead(data)
        handler.bytesWereRead()
    }
}
