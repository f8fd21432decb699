import NIOCore
import NIOHTTP1
import PKI
import RotationModel

/// Reads the requests of one connection, whole and bounded, has them answered one after the other, and ends the connection where it must.
///
/// While a request is being answered nothing more is read; what had come already waits, within bounds.
final class RequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum State {
        case handshaking
        /// For the next request, of which a part may be there.
        case waiting
        /// A request's body.
        case receiving
        case answering
        /// Everything was said. What still comes is thrown away, so that the client can read the answer.
        case closing
    }

    let environment: ServerEnvironment
    let id: ConnectionRegistry.ID
    private(set) var peer: Peer
    private(set) var fingerprint: Fingerprint?
    private(set) var handshake: Handshake?

    var state: State
    var request = IncomingRequest()
    /// Of pipelined requests.
    private var queue: [HTTPServerRequestPart] = []
    private var queuedRequests = 0
    private static let mostQueuedRequests = 32

    /// After the answer to this request.
    var closesAfterAnswer = false
    /// What the next request is answered with, whatever it is.
    private var turnedAway: GateResponse?
    private var isInputClosed = false
    private var wantsRead = false
    private var answering = AnswerInProgress()
    private var isWriting = false

    private(set) var context: ChannelHandlerContext?
    private(set) var meter: HeadMeter?
    private var timer = ConnectionTimer()

    /// - Parameter peer: What is known of the other end before it has said anything.
    init(_ environment: ServerEnvironment, id: ConnectionRegistry.ID, peer: Peer) {
        (self.environment, self.id, self.peer) = (environment, id, peer)
        state = peer.transport == .tls ? .handshaking : .waiting
    }

    /// What counts the bytes before the parser has them.
    func makeMeter() -> HeadMeter {
        let meter = HeadMeter(for: self)
        self.meter = meter
        return meter
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        updateTimer()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .handshaking = state { countFailedHandshake(TLSFailure.Reason.closed.rawValue) }
        state = .closing
        timer.cancel()
        environment.registry.remove(id)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let handshake as Handshake: established(handshake)
        case ChannelEvent.inputClosed: inputClosed()
        case is ServerEnds: serverEnds()
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (error, state) {
        case (_, .closing): break
        case (let error as HTTPParserError, .waiting), (let error as HTTPParserError, .receiving):
            refuse(HeadCheck.problem(with: error))
        // Behind a request that is being answered stands something that is none.
        case (is HTTPParserError, _): closesAfterAnswer = true
        case (let failure as TLSFailure, .handshaking):
            countFailedHandshake(failure.reason.rawValue)
            cut()
        default:
            if case .handshaking = state { countFailedHandshake(TLSFailure.Reason.internal.rawValue) }
            cut()
        }
    }

    private func established(_ handshake: Handshake) {
        let certificate = handshake.clientCertificate
        environment.metrics.countHandshake(
            version: handshake.version.rawValue, outcome: certificate == nil ? "no-certificate" : "certificate")
        self.handshake = handshake
        fingerprint = certificate.map { Fingerprint(SHA256.digest($0)) }
        peer = Peer(
            transport: .tls, certificate: certificate, serverName: handshake.serverName, address: peer.address)
        if fingerprint == nil {
            turnedAway = environment.limit(nil, peer.address)
            request.isPaidFor = true
        }
        state = .waiting
        if environment.registry.move(id, to: .idle) { updateTimer() } else { linger() }
    }

    private func countFailedHandshake(_ outcome: String) {
        environment.metrics.countHandshake(version: "", outcome: outcome)
    }

    private func inputClosed() {
        isInputClosed = true
        switch state {
        case .answering: closesAfterAnswer = true
        case .handshaking, .waiting, .receiving, .closing: cut()
        }
    }

    /// Requests that have begun are answered.
    private func serverEnds() {
        switch state {
        case .handshaking: cut()
        case .waiting where meter?.bytes == 0: linger()
        case .waiting, .receiving, .answering: closesAfterAnswer = true
        case .closing: break
        }
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if case .answering = state { wantsRead = true } else { context.read() }
    }

    /// The parser had what came.
    func bytesWereRead() {
        let bytes = meter?.bytes ?? 0
        switch state {
        case .waiting where bytes > ServerLimits.largestHead + IncomingRequest.slack: refuse(HeadCheck.headTooLarge)
        // A body in tiny chunks is several times its length.
        case .receiving where bytes > 8 * ServerLimits.largestBody: refuse(HeadCheck.bodyTooLarge)
        default: updateTimer()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .body = part {} else { meter?.reset() }
        switch state {
        case .handshaking, .closing: break
        case .waiting, .receiving: take(part)
        case .answering: enqueue(part)
        }
    }

    private func enqueue(_ part: HTTPServerRequestPart) {
        guard !closesAfterAnswer else { return }
        if case .head = part { queuedRequests += 1 }
        guard queuedRequests <= RequestHandler.mostQueuedRequests else {
            queue = []
            closesAfterAnswer = true
            return
        }
        queue.append(part)
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            request.begin(head, at: environment.monotonic)
            state = .receiving
            if peer.transport == .proxy {
                // Nobody, until its headers are read.
                (peer, fingerprint) = (Peer(transport: .proxy, certificate: nil, serverName: nil, address: ""), nil)
            }
            if let turnedAway {
                closesAfterAnswer = true
                return answer(turnedAway)
            }
            if let problem = HeadCheck.problem(with: head) { return refuse(problem) }
            if HeadCheck.expectsContinue(head) { sayContinue() }
        case .body(let buffer):
            guard request.append(buffer) else { return refuse(HeadCheck.bodyTooLarge) }
        case .end: ask()
        }
    }

    private func sayContinue() {
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    /// After an answer: what waits is taken, and reading goes on.
    private func goOn() {
        state = .waiting
        request.reset()
        guard environment.registry.move(id, to: .idle) else { return linger() }
        var position = 0
        let parts = queue
        (queue, queuedRequests) = ([], 0)
        while position < parts.count {
            switch state {
            case .waiting, .receiving: take(parts[position])
            case .answering: enqueue(parts[position])
            case .handshaking, .closing: return
            }
            position += 1
        }
        switch state {
        case .answering, .closing: return
        case .handshaking, .waiting, .receiving: break
        }
        updateTimer()
        if wantsRead {
            wantsRead = false
            context?.read()
        }
    }

    // MARK: Answering

    /// Refuses what came, and ends the connection: nobody knows where the next request would start.
    func refuse(_ problem: Problem) {
        closesAfterAnswer = true
        answer(problem.response())
    }

    /// Hands a request that is whole to the responder.
    private func ask() {
        guard let context, let head = request.head else { return }
        state = .answering
        timer.cancel()
        if !HeadCheck.mayKeepAlive(head) { closesAfterAnswer = true }
        if !environment.registry.move(id, to: .busy) { closesAfterAnswer = true }
        do throws(ProxyHeaders.Refused) {
            try identify()
        } catch {
            return refuse(error.problem)
        }
        let isPaidFor = request.isPaidFor
        request.isPaidFor = false
        if peer.transport != .local, !isPaidFor, let answer = environment.limit(fingerprint, peer.address) {
            return self.answer(answer)
        }
        let whole = request.whole(head)
        let (environment, peer, loop) = (environment, peer, context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: loop)
        Task(executorPreference: EventLoopExecutor(loop)) {
            let response = await environment.responder.respond(to: whole, from: peer, at: environment.clock.now())
            loop.execute { handler.value.answer(response) }
        }
    }

    /// Behind a proxy each request says whose it is.
    private func identify() throws(ProxyHeaders.Refused) {
        guard peer.transport == .proxy, let head = request.head else { return }
        peer = try ProxyHeaders.peer(in: head.headers.map { ($0.name.lowercased(), $0.value) })
        fingerprint = peer.certificate.map { Fingerprint(SHA256.digest($0)) }
    }

    private func answer(_ response: GateResponse) {
        let now = environment.clock.now()
        environment.record(
            AccessRecord(
                time: now, peer: peer, fingerprint: fingerprint, method: request.method, path: request.path,
                status: response.status, refusal: response.refusal,
                nanoseconds: request.began.map { environment.monotonic - $0 } ?? 0, handshake: handshake))
        // The client is gone; what it asked for was done.
        if case .closing = state { return }
        state = .answering
        timer.cancel()
        if environment.registry.isDraining { closesAfterAnswer = true }
        answering = AnswerInProgress(
            ResponseBytes(response, to: request.method, closes: closesAfterAnswer, at: now))
        writeMore()
    }

    private func writeMore() {
        isWriting = true
        while let context, let piece = answering.next() {
            let promise = context.eventLoop.makePromise(of: Void.self)
            let number = answering.written
            promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
                switch result {
                case .success: self?.wrote(number)
                case .failure: self?.cut()
                }
            }
            context.writeAndFlush(wrapOutboundOut(piece), promise: promise)
            if answering.isOnItsWay { break }
        }
        isWriting = false
        guard case .answering = state else { return }
        if answering.isDone { answered() } else { startTimer(.writing) }
    }

    private func wrote(_ number: Int) {
        guard case .answering = state, answering.arrived(number) else { return }
        timer.cancel()
        // At once, where the client reads: the loop above goes on then.
        guard !isWriting else { return }
        if answering.isDone { answered() } else { writeMore() }
    }

    private func answered() {
        if closesAfterAnswer { linger() } else { goOn() }
    }

    // MARK: Ending

    /// Says goodbye, and gives the client a moment to hear it: a connection that is closed with something unread is reset, and the answer may be
    /// lost.
    private func linger() {
        if case .closing = state { return }
        state = .closing
        (queue, queuedRequests) = ([], 0)
        guard !isInputClosed else {
            context?.close(promise: nil)
            return
        }
        startTimer(.lingering)
        context?.close(mode: .output, promise: nil)
        if wantsRead {
            wantsRead = false
            context?.read()
        }
    }

    private func cut() {
        state = .closing
        timer.cancel()
        context?.close(promise: nil)
    }

    // MARK: Time

    private func updateTimer() {
        switch state {
        case .handshaking: startTimer(.handshake)
        case .waiting: startTimer((meter?.bytes ?? 0) > 0 ? .headers : .idle)
        case .receiving: startTimer(.body)
        case .answering, .closing: break
        }
    }

    private func startTimer(_ wait: ConnectionTimer.Wait) {
        guard let context else { return }
        timer.start(wait, environment.limits, on: context.eventLoop) { [weak self] in self?.timeIsUp(wait) }
    }

    private func timeIsUp(_ wait: ConnectionTimer.Wait) {
        timer.cancel()
        switch wait {
        case .handshake:
            countFailedHandshake("timeout")
            cut()
        case .headers: refuse(Problem(408, "timeout", "the request's headers took too long"))
        case .body: refuse(Problem(408, "timeout", "the request's body took too long"))
        case .idle: linger()
        case .writing, .lingering: cut()
        }
    }
}

/// Tells connections that the server ends.
struct ServerEnds: Sendable {}
